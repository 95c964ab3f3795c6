// One mounted bench: what the server last sent, what is looked at, and what keys and pointer do. Nothing here speaks to the server
// but a setting, an edited cell and a button.
const icon = (path, filled = true) => `<svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true" fill="${filled ? "currentColor" : "none"}" stroke="currentColor" stroke-width="2" stroke-linejoin="round"><path d="${path}"/></svg>`;
const PLAY = `${icon("M6 4l13 8-13 8z")} Play`, PAUSE = `${icon("M7 5v14 M17 5v14")} Pause`;
const RATES = [0.5, 1, 2, 4, 10, 30], USUAL_RATE = 2; // steps a second
const LINE_OF_SUM = 22, FOOT = 46; // CSS px of a line of the sum, and of the note and the exports under it
const OVER_BENCH = 198; // CSS px of the page over the component: title, tabs, the row of controls
const MARKUP = `
  <div class="bench" tabindex="0" role="application" aria-label="Convolution step by step: left and right arrows step, up and down move by a row, space plays, Home and End jump">
    <div class="bar">
      <span class="group"><button data-do="first" aria-label="First" title="First place (Home)">${icon("M6 5v14 M19 5l-9 7 9 7z")}</button><button data-do="back" aria-label="Back" title="Back (left arrow)">${icon("M17 5l-10 7 10 7z")}</button><button data-do="play" class="play" title="Play or pause (space)">${PLAY}</button><button data-do="next" aria-label="Next" title="Next (right arrow)">${icon("M7 5l10 7-10 7z")}</button><button data-do="last" aria-label="Last" title="Last place (End)">${icon("M18 5v14 M5 5l9 7-9 7z")}</button></span>
      <input class="scrub" type="range" min="0" value="0" aria-label="Place">
      <output class="where"></output>
      <select class="rate" aria-label="Speed">${RATES.map((rate) => `<option value="${rate}"${rate === USUAL_RATE ? " selected" : ""}>${rate} / s</option>`).join("")}</select>
      <span class="group scenes" role="group" aria-label="View"></span>
      <button data-do="slow" aria-pressed="false" title="One product at a time">Tap by tap</button>
      <button data-do="predict" aria-pressed="false" title="Values stay hidden until you reveal them">Predict</button>
      <span class="reveal" hidden><input class="guess" inputmode="decimal" size="5" aria-label="Your prediction" placeholder="value?"><button data-do="reveal" title="Show this value (R)">Reveal</button></span>
      <span class="group outs" role="group" aria-label="Output channel"></span>
    </div>
    <div class="stage"><canvas></canvas><input class="edit" hidden aria-label="Value of the cell"></div>
    <div class="sum" aria-live="polite"></div>
    <div class="foot"><div class="note"></div><span class="group"><button data-do="svg" title="This picture as SVG">SVG</button><button data-do="png" title="This picture as PNG">PNG</button><button data-do="latex" title="The sum of this place as LaTeX">LaTeX</button><button data-do="full" title="Whole screen" aria-label="Whole screen">${icon("M4 9V4h5 M15 4h5v5 M20 15v5h-5 M9 20H4v-5", false)}</button></span></div>
    <div class="latex" hidden><textarea readonly aria-label="LaTeX of the sum" spellcheck="false"></textarea><span class="group"><button data-do="copy">Copy</button><button data-do="unlatex">Close</button></span></div>
  </div>
  <div class="volume" hidden><p></p><input class="scrub" type="range" min="0" aria-label="Place of the box"><div class="boxes"></div></div>`;

class BenchView {
  constructor(root) {
    this.root = root;
    this.out = 0; this.channel = 0; this.viewed = 0; this.hover = null; this.drawn = 0;
    this.desk = new Desk(root, MARKUP, () => this.foresee());
    const find = (selector) => root.querySelector(selector);
    this.bench = find(".bench"); this.area = find(".stage"); this.canvas = find("canvas"); this.sum = find(".sum"); this.note = find(".note");
    this.latex = find(".latex"); this.scrub = find(".bench .scrub"); this.where = find(".where"); this.guess = find(".guess");
    this.stage = new Stage(this.canvas);
    this.walk = new Walk(() => this.scene, () => this.out, () => this.redraw(), (on) => this.played(on));
    this.prediction = new Prediction(this.guess);
    this.editor = new CellEditor(find(".edit"), (markup) => this.say(markup), (edit) => this.send("edit", edit), () => this.bench.focus({ preventScroll: true }));
    this.volume = new VolumeView(find(".volume"), (place) => this.send("box", place));
    for (const button of root.querySelectorAll("[data-do]")) button.onclick = () => this.act(button.dataset.do);
    this.scrub.oninput = () => this.walk.go(+this.scrub.value);
    find(".rate").onchange = (event) => { this.walk.rate = +event.target.value; };
    this.bench.onkeydown = (event) => this.key(event);
    this.canvas.onpointermove = (event) => this.point(this.hit(event));
    this.canvas.onpointerleave = () => this.point(null);
    this.canvas.onclick = (event) => this.click(this.hit(event));
    this.canvas.ondblclick = (event) => this.editor.edit(this.hit(event), this.stage.sheet, this.out);
    this.guess.onkeydown = (event) => { event.stopPropagation(); if (event.key === "Enter") this.act("reveal"); };
    this.sizes = new ResizeObserver(() => { if (this.area.clientWidth !== this.wide) this.layout(); });
    this.sizes.observe(this.area);
    this.resized = () => this.layout();
    window.addEventListener("resize", this.resized);
    this.filled = () => setTimeout(() => this.layout(), 60);
    document.addEventListener("fullscreenchange", this.filled);
  }

  close() {
    this.desk.close(); this.walk.close(); this.sizes.disconnect(); cancelAnimationFrame(this.frame);
    document.removeEventListener("fullscreenchange", this.filled);
    window.removeEventListener("resize", this.resized);
  }

  // ---- what is shown

  load(message, send) {
    this.send = send;
    if (message === this.message) { if (Paint.theme(this.root) !== this.theme) this.layout(); return; } // called again for its state or theme
    this.message = message;
    const header = this.header = unpack(message);
    this.supply = header.supply && withTensors(header.supply, header.blobs);
    this.desk.load(header.desk, send);
    this.volume.show(header.volume);
    this.latex.hidden = !header.latex;
    this.latex.firstChild.value = header.latex || "";
    this.bench.classList.remove("awaiting");
    if (!this.desk.current && this.foresee()) return; // Python has answered what no longer stands in the fields
    this.show(header.scenes.map((scene) => withTensors({ ...scene, oneDimensional: header.oneDimensional }, header.blobs)));
  }
  // Draw what a changed number gives before Python has answered; false is returned for what has to wait for Python.
  foresee() {
    const seen = this.supply && foreseen(this.supply, (setting, axis) => this.desk.number(setting, axis));
    if (!seen) return false;
    this.desk.state(seen.rule);
    this.desk.tell("", []);
    this.show(seen.scenes);
    this.bench.classList.add("awaiting"); // the words under the grids
    return true;
  }
  show(scenes) {
    const ended = this.scenes?.length && this.walk.ended();
    this.bench.hidden = !scenes.length;
    if (scenes.length) {
      this.scenes = scenes.map((scene) => new Scene(scene));
      this.view(Math.min(this.viewed, scenes.length - 1), ended);
    } else this.walk.play(false);
    this.root.dataset.drawn = ++this.drawn;
  }
  get scene() { return this.scenes[this.viewed]; }

  view(index, ended = false) {
    this.viewed = index;
    const { scene } = this;
    this.out = Math.min(this.out, scene.output.channels - 1);
    if (!scene.ins(this.out).includes(this.channel)) this.channel = scene.ins(this.out)[0];
    this.prediction.clear();
    this.hover = null;
    this.walk.settle(ended);
    this.scrub.max = scene.places - 1;
    this.guess.hidden = scene.stamp; // a stamp changes many values: there is no one number to guess
    this.chips(".scenes", this.scenes.length > 1 ? this.scenes.map((s) => s.label) : [], index, (k) => this.view(k));
    this.outs();
    this.layout();
  }
  outs() {
    const { channels } = this.scene.output;
    this.chips(".outs", channels > 1 ? Array.from({ length: channels }, (_, k) => `${k}`) : [], this.out, (k) => this.choose(k), "Output ");
  }
  chips(selector, labels, chosen, choose, before = "") {
    const group = this.root.querySelector(selector), made = JSON.stringify([labels, chosen]);
    if (group.made === made) return;
    group.made = made;
    group.hidden = !labels.length;
    group.replaceChildren(...(before && labels.length ? [document.createTextNode(before)] : []), ...labels.map((label, k) => {
      const button = html(`<button type="button" aria-pressed="${k === chosen}"></button>`);
      button.textContent = label;
      button.onclick = () => choose(k);
      return button;
    }));
  }
  choose(out, channel = this.channel) {
    const ins = this.scene.ins(out);
    this.out = out;
    this.channel = ins.includes(channel) ? channel : ins[0];
    this.outs();
    this.layout();
  }

  // ---- what buttons, keys and the pointer do

  act(what) {
    const { walk, prediction, stage } = this, words = () => this.lines().map(plain);
    if (what === "play") { walk.play(!walk.playing); return; }
    if (!["full", "copy", "unlatex"].includes(what)) walk.play(false);
    const does = {
      first: () => walk.go(0), last: () => walk.last(), next: () => walk.next(), back: () => walk.back(),
      slow: () => { walk.setSlow(!walk.slow); this.press(what, walk.slow); },
      predict: () => { prediction.toggle(walk.place); this.press(what, prediction.on); this.root.querySelector(".reveal").hidden = !prediction.on; },
      reveal: () => prediction.reveal(this.scene, this.out, walk.place),
      svg: () => saveSvg(stage, this, words()), png: () => savePng(stage, words()),
      latex: () => this.send("worked", [this.out, ...this.worked()]), unlatex: () => this.send("worked", null),
      copy: () => navigator.clipboard.writeText(this.latex.firstChild.value),
      full: () => (document.fullscreenElement ? document.exitFullscreen() : this.desk.whole.requestFullscreen()),
    };
    does[what]();
    this.redraw();
  }
  press(what, on) { this.root.querySelector(`[data-do=${what}]`).setAttribute("aria-pressed", on); }
  played(on) {
    this.root.querySelector(".play").innerHTML = on ? PAUSE : PLAY;
    this.sum.setAttribute("aria-live", on ? "off" : "polite");
  }
  // The output place whose sum is exported: the stepped one, or in a stamp scene the first that the current stamp reaches.
  worked() {
    const { scene } = this, at = scene.place(this.walk.place);
    if (!scene.stamp) return at;
    for (let t = 0; t < scene.taps; t++) { const [r, c] = scene.target(at, scene.tap(t)); if (!scene.cropped(r, c)) return [r - scene.crop[0], c - scene.crop[2]]; }
    return [0, 0];
  }
  key(event) {
    if (event.target.matches("input:not(.scrub), select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    const { walk } = this, { width } = this.scene.steps;
    const does = {
      ArrowRight: () => walk.next(), ArrowLeft: () => walk.back(), ArrowDown: () => walk.go(walk.place + width), ArrowUp: () => walk.go(walk.place - width),
      Home: () => this.act("first"), End: () => this.act("last"), r: () => this.act("reveal"), R: () => this.act("reveal"),
    }[event.key];
    if (event.key === " " && !event.target.matches("button")) { event.preventDefault(); walk.play(!walk.playing); return; }
    if (!does) return;
    event.preventDefault();
    walk.play(false);
    this.hover = null;
    does();
  }
  hit(event) { const box = this.canvas.getBoundingClientRect(); return this.stage.sheet?.hit(event.clientX - box.left, event.clientY - box.top) || null; }
  point(hit) {
    const was = this.hover;
    if (hit?.part === was?.part && hit?.channel === was?.channel && hit?.row === was?.row && hit?.col === was?.col) return;
    this.hover = hit;
    this.redraw();
  }
  click(hit) {
    if (!hit) return;
    const { scene, walk } = this;
    this.bench.focus({ preventScroll: true });
    if (hit.part === "output" && hit.channel !== this.out) this.choose(hit.channel);
    if (hit.part === "input" && hit.channel !== this.channel && scene.ins(this.out).includes(hit.channel)) this.choose(this.out, hit.channel);
    if (hit.part === (scene.stamp ? "input" : "output")) { walk.play(false); walk.go(hit.row * scene.steps.width + hit.col); walk.finish(); }
  }

  // ---- drawing

  layout() {
    if (!this.scenes || this.bench.hidden) return;
    this.theme = Paint.theme(this.root);
    this.wide = this.area.clientWidth;
    if (this.wide < 50) return;
    const full = this.desk.whole.matches(":fullscreen"), height = this.room(full);
    if (this.theme !== this.painted) { this.painted = this.theme; this.paint = new Paint(this.bench, this.header.colours); }
    this.stage.set(this.scene, this.wide, height, this.out, this.channel, this.paint, full ? 120 : undefined);
    this.area.style.minHeight = full ? `${height}px` : "";
    this.redraw(true);
  }
  // CSS px for the grids: what the rule and the bar over them and the sum and the note under them leave of the height.
  room(full) {
    const ins = this.scene.stamp ? 1 : this.scene.ins(this.out).length;
    const sum = (ins > 1 ? ins + 1 : 1) * LINE_OF_SUM, top = (element) => element.getBoundingClientRect().top, over = top(this.area) - top(this.desk.whole);
    const whole = full ? window.innerHeight - 30 : Math.max(this.header.height, window.innerHeight - OVER_BENCH);
    return Math.max(200, whole - over - sum - FOOT);
  }
  redraw(now = false) {
    if (now) { cancelAnimationFrame(this.frame); this.frame = 0; this.draw(); return; }
    this.frame ||= requestAnimationFrame(() => { this.frame = 0; this.draw(); });
  }
  draw() {
    if (!this.scenes || !this.stage.sheet) return;
    const { scene, hover, walk } = this;
    this.stage.draw(this);
    const words = this.lines().map((line) => `<div>${line}</div>`).join("");
    if (words !== this.summed) { this.sum.innerHTML = words; this.summed = words; }
    const hovered = hover && hover.part !== (scene.stamp ? "input" : "output") && !(scene.stamp && hover.part === "output");
    if (!this.editor.open) this.say((this.prediction.on && this.prediction.said) || (hovered ? hoverWords(scene, this.out, hover) : this.header.caption));
    this.scrub.value = walk.place;
    const where = `${walk.place + 1} of ${scene.places}`;
    if (this.where.textContent !== where) this.where.textContent = where;
    this.root.dataset.place = walk.place;
  }
  say(markup) { if (markup !== this.said) { this.note.innerHTML = markup; this.said = markup; } }

  // The sum under the grids: of the hovered place, or of the one that is stepped to.
  lines() {
    const { scene, hover, walk, prediction } = this;
    const flat = ({ row, col }) => row * scene.steps.width + col;
    if (scene.stamp && hover?.part === "output") {
      const { keys } = scene.history(hover.channel, hover.row, hover.col), unfinished = keys.length && keys[keys.length - 1] > walk.step();
      if (prediction.hidesStamp(scene, walk.place, keys)) return ["What will stand here?"];
      return workedSum(scene, hover.channel, [hover.row, hover.col], unfinished ? { until: walk.place - (walk.done() ? 0 : 1) } : {});
    }
    if (scene.stamp) return stampWords(scene, this.out, hover?.part === "input" ? flat(hover) : walk.place);
    if (hover?.part === "output") return prediction.hides(flat(hover)) ? ["What will stand here?"] : workedSum(scene, hover.channel, [hover.row, hover.col]);
    const at = scene.place(walk.place);
    if (prediction.hides(walk.place)) return [`${cellName(scene, "output", this.out, ...at)} = ?`];
    return workedSum(scene, this.out, at, walk.slow ? { shown: walk.tap } : {});
  }
}

export default oneView(BenchView, (bench, { data, setStateValue, setTriggerValue }) =>
  bench.load(data, (name, value) => (["edit", "way"].includes(name) ? setTriggerValue : setStateValue)(name, value)));
