// One mounted bench: its state, its controls, its keys. Nothing here speaks to the server but a setting, an edited cell and a
// button.
const RATES = [0.5, 1, 2, 4, 10, 30]; // steps a second
const icon = (path, filled = true) => `<svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true" fill="${filled ? "currentColor" : "none"}" stroke="currentColor" stroke-width="2" stroke-linejoin="round"><path d="${path}"/></svg>`;
const PLAY = `${icon("M6 4l13 8-13 8z")} Play`, PAUSE = `${icon("M7 5v14 M17 5v14")} Pause`;
const LINE_OF_SUM = 22, FOOT = 46; // CSS px of a line of the sum, and of the note and the exports under it
const OVER_BENCH = 198; // CSS px of the page over the component: title, tabs, the row of controls
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

class BenchView {
  constructor(root) {
    this.root = root;
    this.place = 0; this.tap = 0; this.slow = false; this.predict = false; this.revealed = new Set();
    this.out = 0; this.channel = 0; this.scene = 0; this.rate = 2; this.hover = null; this.count = 0;
    this.desk = new Desk(root, `
      <div class="bench" tabindex="0" role="application" aria-label="Convolution step by step: left and right arrows step, up and down move by a row, space plays, Home and End jump">
        <div class="bar">
          <span class="group"><button data-do="first" aria-label="First" title="First place (Home)">${icon("M6 5v14 M19 5l-9 7 9 7z")}</button><button data-do="back" aria-label="Back" title="Back (left arrow)">${icon("M17 5l-10 7 10 7z")}</button><button data-do="play" class="play" title="Play or pause (space)">${PLAY}</button><button data-do="next" aria-label="Next" title="Next (right arrow)">${icon("M7 5l10 7-10 7z")}</button><button data-do="last" aria-label="Last" title="Last place (End)">${icon("M18 5v14 M5 5l9 7-9 7z")}</button></span>
          <input class="scrub" type="range" min="0" value="0" aria-label="Place">
          <output class="where"></output>
          <select class="rate" aria-label="Speed">${RATES.map((r) => `<option value="${r}"${r === 2 ? " selected" : ""}>${r} / s</option>`).join("")}</select>
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
      <div class="volume" hidden><p></p><input class="scrub" type="range" min="0" aria-label="Place of the box"><div class="boxes"></div></div>`);
    const find = (selector) => root.querySelector(selector);
    this.bench = find(".bench"); this.area = find(".stage"); this.canvas = find("canvas"); this.sum = find(".sum"); this.note = find(".note");
    this.latex = find(".latex"); this.volume = find(".volume"); this.boxed = find(".volume .scrub");
    this.scrub = find(".scrub"); this.where = find(".where"); this.editor = find(".edit"); this.guess = find(".guess");
    this.stage = new Stage(this.canvas);
    for (const button of root.querySelectorAll("[data-do]")) button.onclick = () => this.act(button.dataset.do);
    this.boxed.oninput = () => this.send("box", +this.boxed.value);
    this.scrub.oninput = () => this.go(+this.scrub.value);
    find(".rate").onchange = (event) => { this.rate = +event.target.value; };
    this.bench.onkeydown = (event) => this.key(event);
    this.canvas.onpointermove = (event) => this.point(event);
    this.canvas.onpointerleave = () => { this.hover = null; this.redraw(); };
    this.canvas.onclick = (event) => this.click(this.hit(event));
    this.canvas.ondblclick = (event) => this.edit(this.hit(event));
    this.editor.onkeydown = (event) => { event.stopPropagation(); if (event.key === "Enter") this.commit(); if (event.key === "Escape") this.editor.hidden = true; };
    this.editor.onblur = () => { if (!this.editor.hidden) this.commit(); };
    this.guess.onkeydown = (event) => { event.stopPropagation(); if (event.key === "Enter") this.act("reveal"); };
    this.sizes = new ResizeObserver(() => { if (this.area.clientWidth !== this.wide) this.layout(); });
    this.sizes.observe(this.area);
    this.resized = () => this.layout();
    window.addEventListener("resize", this.resized);
    this.filled = () => setTimeout(() => this.layout(), 60);
    document.addEventListener("fullscreenchange", this.filled);
  }

  close() {
    this.desk.close(); this.sizes.disconnect(); cancelAnimationFrame(this.frame); cancelAnimationFrame(this.player); this.playing = false;
    document.removeEventListener("fullscreenchange", this.filled);
    window.removeEventListener("resize", this.resized);
  }

  load(message, send) {
    this.send = send;
    if (message === this.message) { if (Paint.theme(this.root) !== this.theme) this.layout(); return; } // called again for its state or theme
    const before = this.current_(), ended = before && this.place >= before.places - 1 && before.places > 1;
    this.message = message;
    const header = unpack(message);
    this.header = header;
    this.desk.load(header.desk, send);
    this.bench.hidden = !header.scenes.length;
    this.show3d(header.volume);
    this.latex.hidden = !header.latex;
    this.latex.firstChild.value = header.latex || "";
    this.root.dataset.drawn = ++this.count;
    if (this.bench.hidden) { this.play(false); return; }
    this.scenes = header.scenes.map((d) => new Scene({ ...d, oneDimensional: header.oneDimensional }, header.blobs));
    this.pick(Math.min(this.scene, this.scenes.length - 1), ended);
  }
  // A Conv3d is drawn by the server: here stand its words, its picture and the slider through its places.
  show3d(volume) {
    this.volume.hidden = !volume;
    if (!volume) return;
    this.volume.querySelector("p").innerHTML = volume.caption;
    this.volume.querySelector(".boxes").innerHTML = volume.picture;
    this.boxed.max = volume.places - 1;
    if (!this.boxed.matches(":focus")) this.boxed.value = volume.at;
    this.boxed.hidden = volume.places < 2;
  }
  current_() { return this.scenes && this.scenes[this.scene]; }

  pick(index, ended = false) {
    this.scene = index;
    const scene = this.current_();
    this.out = Math.min(this.out, scene.output.channels - 1);
    if (!scene.ins(this.out).includes(this.channel)) this.channel = scene.ins(this.out)[0];
    this.revealed.clear();
    this.hover = null;
    this.place = ended ? scene.places - 1 : Math.min(this.place, scene.places - 1);
    this.tap = Math.min(this.tap, this.count_() - 1);
    this.scrub.max = scene.places - 1;
    this.chips(".scenes", this.scenes.length > 1 ? this.scenes.map((s) => s.label) : [], index, (k) => this.pick(k));
    this.outs();
    this.layout();
  }
  outs() {
    const { channels } = this.current_().output;
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
    const scene = this.current_(), ins = scene.ins(out);
    this.out = out;
    this.channel = ins.includes(channel) ? channel : ins[0];
    this.outs();
    this.layout();
  }

  layout() {
    if (!this.scenes || this.bench.hidden) return;
    this.theme = Paint.theme(this.root);
    this.wide = this.area.clientWidth;
    if (this.wide < 50) return;
    const full = this.desk.whole.matches(":fullscreen"), height = this.room(full);
    if (this.theme !== this.painted) { this.painted = this.theme; this.paint = new Paint(this.bench, this.header.colours); }
    this.stage.set(this.current_(), this.wide, height, this.out, this.channel, this.paint, full ? 120 : undefined);
    this.area.style.minHeight = full ? `${height}px` : "";
    this.redraw(true);
  }
  // CSS px for the grids: what the rule and the bar over them and the sum and the note under them leave of the height.
  room(full) {
    const scene = this.current_(), ins = scene.stamp ? 1 : scene.ins(this.out).length;
    const sum = (ins > 1 ? ins + 1 : 1) * LINE_OF_SUM, top = (element) => element.getBoundingClientRect().top, over = top(this.area) - top(this.desk.whole);
    const whole = full ? window.innerHeight - 30 : Math.max(this.header.height, window.innerHeight - OVER_BENCH);
    return Math.max(200, whole - over - sum - FOOT);
  }

  // Positions: a place, and in slow steps a tap in it.
  count_() { const s = this.current_(); return s.stamp ? s.taps : s.terms(this.out, s.place(this.place)).length; }
  done() { return !this.slow || this.tap >= this.count_() - 1; }
  step() { const { taps } = this.current_(); return this.place * taps + (this.slow ? this.tap : taps - 1); }
  current() { const s = this.current_(); return s.stamp ? { tap: this.tap } : s.terms(this.out, s.place(this.place))[this.tap]; }
  partial(out) {
    const scene = this.current_(), terms = scene.terms(out, scene.place(this.place)).slice(0, this.tap + 1);
    return scene.operation === "max" ? Math.max(...terms.map((t) => t.value)) : terms.reduce((sum, t) => sum + t.value * t.weight, 0);
  }
  go(place, tap = 0) {
    const scene = this.current_(), to = Math.max(0, Math.min(scene.places - 1, place));
    if (to !== this.place && !calm.matches && this.rate <= 4 && Math.abs(to - this.place) <= 1) {
      const [r, c] = scene.place(this.place);
      const [r2] = scene.place(to);
      this.gliding = r === r2 ? { from: [r, c], since: performance.now() } : null;
    } else this.gliding = null;
    this.place = to;
    this.tap = tap;
    this.redraw();
  }
  glide(row, col) {
    if (!this.gliding) return [row, col];
    const share = Math.min(1, (performance.now() - this.gliding.since) / GLIDE), eased = 1 - (1 - share) ** 3;
    if (share >= 1) this.gliding = null; else this.redraw();
    return [this.gliding?.from[0] ?? row, (this.gliding?.from[1] ?? col) + (col - (this.gliding?.from[1] ?? col)) * eased];
  }
  next() {
    if (this.slow && this.tap < this.count_() - 1) { this.tap++; this.redraw(); return true; }
    if (this.place >= this.current_().places - 1) return false;
    this.go(this.place + 1);
    return true;
  }
  back() {
    if (this.slow && this.tap > 0) { this.tap--; this.redraw(); return; }
    if (this.place > 0) { this.go(this.place - 1); if (this.slow) { this.tap = this.count_() - 1; this.redraw(); } }
  }
  play(on) {
    if (on === !!this.playing) return;
    this.playing = on;
    const button = this.root.querySelector(".play");
    button.innerHTML = on ? PAUSE : PLAY;
    this.sum.setAttribute("aria-live", on ? "off" : "polite");
    if (!on) { cancelAnimationFrame(this.player); return; }
    if (this.place >= this.current_().places - 1 && this.done()) this.go(0);
    let last = performance.now();
    const tick = (now) => {
      if (!this.playing) return;
      if (now - last >= 1000 / this.rate) {
        last = Math.max(last + 1000 / this.rate, now - 1000 / this.rate);
        if (!this.next()) { this.play(false); return; }
      }
      this.player = requestAnimationFrame(tick);
    };
    this.player = requestAnimationFrame(tick);
  }

  act(what) {
    if (what === "play") { this.play(!this.playing); return; }
    if (!["full", "copy", "unlatex"].includes(what)) this.play(false);
    if (what === "first") this.go(0);
    if (what === "last") { this.go(this.current_().places - 1); this.tap = this.count_() - 1; }
    if (what === "next") this.next();
    if (what === "back") this.back();
    if (what === "slow" || what === "predict") {
      this[what] = !this[what];
      if (what === "slow") this.tap = 0;
      if (what === "predict") { this.revealed.clear(); for (let p = 0; p < this.place; p++) this.revealed.add(p); this.said = ""; }
      this.root.querySelector(`[data-do=${what}]`).setAttribute("aria-pressed", this[what]);
      this.root.querySelector(".reveal").hidden = !this.predict;
    }
    if (what === "reveal") this.reveal();
    this.guess.hidden = this.current_().stamp; // a stamp changes many values: there is no one number to guess
    if (what === "svg") save(new Blob([this.stage.svg(this, this.lines().map(plain))], { type: "image/svg+xml" }), "convolution.svg");
    if (what === "png") this.png();
    if (what === "latex") this.send("worked", [this.out, ...this.worked()]);
    if (what === "copy") navigator.clipboard.writeText(this.latex.firstChild.value);
    if (what === "unlatex") this.send("worked", null);
    if (what === "full") { if (document.fullscreenElement) document.exitFullscreen(); else this.desk.whole.requestFullscreen(); }
    this.redraw();
  }
  // The output place whose sum is exported: the stepped one, or in a stamp scene the first that the current stamp reaches.
  worked() {
    const scene = this.current_(), at = scene.place(this.place);
    if (!scene.stamp) return at;
    for (let t = 0; t < scene.taps; t++) { const [r, c] = scene.target(at, scene.tap(t)); if (!scene.cropped(r, c)) return [r - scene.crop[0], c - scene.crop[2]]; }
    return [0, 0];
  }
  // Whether the stamp of this place, not yet revealed, is one of those (history of stage.js) that a value is made of.
  hides(keys) {
    if (!this.predict || this.revealed.has(this.place)) return false;
    const { taps } = this.current_();
    return keys.some((key) => Math.floor(key / taps) === this.place);
  }
  reveal() {
    if (!this.predict) return;
    const scene = this.current_();
    this.revealed.add(this.place);
    const typed = this.guess.value.trim().replace("−", "-").replace(",", ".");
    if (typed && !scene.stamp) {
      const truth = scene.output.at(this.out, ...scene.place(this.place)), right = Math.abs(Number(typed) - truth) <= 0.005 * Math.max(1, Math.abs(truth));
      this.said = right ? `<b>Right</b>, it is ${numeral(truth)}.` : `You said ${plain(typed)}, it is <b>${numeral(truth)}</b>.`;
    }
    this.guess.value = "";
    this.redraw();
  }
  key(event) {
    if (event.target.matches("input:not(.scrub), select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    const width = this.current_().steps.width;
    const does = {
      ArrowRight: () => this.next(), ArrowLeft: () => this.back(), ArrowDown: () => this.go(this.place + width), ArrowUp: () => this.go(this.place - width),
      Home: () => this.act("first"), End: () => this.act("last"), r: () => this.reveal(), R: () => this.reveal(),
    }[event.key];
    if (event.key === " " && !event.target.matches("button")) { event.preventDefault(); this.play(!this.playing); return; }
    if (!does) return;
    event.preventDefault();
    this.play(false);
    this.hover = null;
    does();
  }

  hit(event) { const box = this.canvas.getBoundingClientRect(); return this.stage.sheet?.hit(event.clientX - box.left, event.clientY - box.top); }
  point(event) {
    const hit = this.hit(event) || null, was = this.hover;
    if (hit?.part === was?.part && hit?.channel === was?.channel && hit?.row === was?.row && hit?.col === was?.col) return;
    this.hover = hit;
    this.redraw();
  }
  click(hit) {
    if (!hit) return;
    const scene = this.current_();
    this.bench.focus({ preventScroll: true });
    if (hit.part === "output" && hit.channel !== this.out) this.choose(hit.channel);
    if (hit.part === "input" && hit.channel !== this.channel && scene.ins(this.out).includes(hit.channel)) this.choose(this.out, hit.channel);
    if (hit.part === (scene.stamp ? "input" : "output")) { this.play(false); this.go(hit.row * scene.steps.width + hit.col); if (this.slow) this.tap = this.count_() - 1; }
  }

  // A typed cell: checked here, so that what is no number stays in the editor with the reason beside it.
  edit(hit) {
    const scene = this.current_(), box = hit && this.stage.sheet.box(hit.part, hit.channel);
    if (!box || hit.part === "output") return;
    let index;
    if (hit.part === "kernel") {
      const tap = scene.given(hit.row * scene.kernel[1] + hit.col), swapped = scene.stamp || scene.flipped;
      index = swapped ? [hit.channel, this.out % scene.outsPerGroup, ...scene.tap(tap)] : [this.out, hit.channel % scene.insPerGroup, ...scene.tap(tap)];
    } else {
      const origin = scene.origin(hit.row, hit.col);
      if (!origin) return;
      index = [hit.channel, ...origin];
    }
    this.editing = { part: hit.part, index };
    Object.assign(this.editor.style, { left: `${box.x + hit.col * box.cell - 6}px`, top: `${box.y + hit.row * box.cell - 2}px`, width: `${Math.max(64, box.cell + 12)}px`, height: `${Math.max(28, box.cell + 4)}px` });
    this.editor.value = numeral(this.stage.sheet.value(box, hit.row, hit.col), 6).replace("−", "-");
    this.editor.hidden = false;
    this.editor.setCustomValidity("");
    this.editor.focus();
    this.editor.select();
  }
  commit() {
    const text = this.editor.value.trim().replace("−", "-").replace(/^([+-]?\d*),(\d+)$/, "$1.$2"), parts = text.split("/");
    const value = parts.length === 2 ? Number(parts[0]) / Number(parts[1]) : Number(text);
    if (!text || !Number.isFinite(value) || Math.abs(value) > 1e6) {
      this.editor.setCustomValidity(`“${this.editor.value}” is not a number from −1,000,000 to 1,000,000: write it like 3, −0.5 or 1/9`);
      this.note.innerHTML = `<strong>${this.editor.validationMessage.replace(/</g, "&lt;")}</strong>`;
      this.editor.classList.add("bad");
      return;
    }
    this.editor.classList.remove("bad");
    this.editor.hidden = true;
    this.bench.focus({ preventScroll: true });
    this.send("edit", { ...this.editing, value });
  }

  lines() {
    const scene = this.current_(), hover = this.hover;
    if (scene.stamp) {
      if (hover?.part === "output") {
        const { keys } = scene.history(hover.channel, hover.row, hover.col), now = this.step();
        if (this.hides(keys)) return ["What will stand here?"];
        return workedSum(scene, hover.channel, [hover.row, hover.col], keys.length && keys[keys.length - 1] > now ? { until: this.place - (this.slow && !this.done() ? 1 : 0) } : {});
      }
      return stampWords(scene, this.out, hover?.part === "input" ? hover.row * scene.steps.width + hover.col : this.place);
    }
    if (hover?.part === "output") {
      const index = hover.row * scene.steps.width + hover.col;
      if (this.predict && !this.revealed.has(index)) return ["What will stand here?"];
      return workedSum(scene, hover.channel, [hover.row, hover.col]);
    }
    if (this.predict && !this.revealed.has(this.place)) return [`${cellName(scene, "output", this.out, ...scene.place(this.place))} = ?`];
    return workedSum(scene, this.out, scene.place(this.place), this.slow ? { shown: this.tap } : {});
  }

  redraw(now = false) {
    if (now) { cancelAnimationFrame(this.frame); this.frame = 0; this.draw(); return; }
    this.frame ||= requestAnimationFrame(() => { this.frame = 0; this.draw(); });
  }
  draw() {
    if (!this.scenes || !this.stage.sheet) return;
    const scene = this.current_();
    this.stage.draw(this);
    const words = this.lines().map((line) => `<div>${line}</div>`).join("");
    if (words !== this.said_) { this.sum.innerHTML = words; this.said_ = words; }
    const hovered = this.hover && this.hover.part !== (scene.stamp ? "input" : "output") && !(scene.stamp && this.hover.part === "output");
    const note = (this.predict && this.said) || (hovered ? hoverWords(scene, this.out, this.hover) : this.header.caption);
    if (note !== this.noted && this.editor.hidden) { this.note.innerHTML = note; this.noted = note; }
    this.scrub.value = this.place;
    const where = `${this.place + 1} of ${scene.places}`;
    if (this.where.textContent !== where) this.where.textContent = where;
    this.root.dataset.place = this.place;
  }

  png() {
    const lines = this.lines().map(plain), ratio = Math.max(2, this.stage.ratio), canvas = document.createElement("canvas");
    const height = this.stage.height + 22 * lines.length + 6;
    canvas.width = this.stage.width * ratio;
    canvas.height = height * ratio;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const pen = new CanvasPen(context, this.stage.paint.font);
    pen.rect(0, 0, this.stage.width, height, { fill: Paint.text(this.stage.paint.background) });
    context.drawImage(this.canvas, 0, 0, this.stage.width, this.stage.height);
    lines.forEach((line, k) => pen.text(6, this.stage.height + 12 + 22 * k, line, { size: 14, fill: this.stage.paint.inkText, align: "left" }));
    canvas.toBlob((blob) => save(blob, "convolution.png"));
  }
}

function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const views = new WeakMap();

export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  if (!views.has(root)) views.set(root, new BenchView(root));
  const view = views.get(root);
  view.load(data, (name, value) => (["edit", "way"].includes(name) ? setTriggerValue : setStateValue)(name, value));
  return () => { view.close(); views.delete(root); };
}
