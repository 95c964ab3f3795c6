// The strips of a network, or of a few of its layers; hovering looks, a click sends the unit.

const SCALES = { layer: "one scale a layer", map: "each map its own" };
const RING = 4;                              // CSS pixels round the strips, in the style sheet too
const EDGED = 6, EDGE = "rgba(90, 105, 120, .3)";   // CSS pixels of a tile that gets an edge: white maps have none of their own

class ActivationView {
  constructor(root) {
    this.root = root;
    root.innerHTML = `<div class="view"><div class="head"><span class="legend"></span>
        <span class="scale" role="radiogroup" aria-label="Scale of the colours"></span>
        <label class="over"><input type="checkbox"> overlay on the input</label></div>
      <div class="body"><div class="strips" tabindex="0" role="application"></div><div class="lens" hidden></div></div></div>`;
    for (const name of ["view", "legend", "scale", "over", "body", "strips"]) this[name] = root.querySelector(`.${name}`);
    this.lens = new Lens(root.querySelector(".lens"));
    this.ring = html('<div class="ring" hidden></div>');
    [this.own, this.overlay] = [null, false];
    for (const [name, words] of Object.entries(SCALES)) {
      const button = html(`<button role="radio" data-scale="${name}">${words}</button>`);
      button.onclick = () => { this.own = name === "map"; this.paint(); };
      this.scale.append(button);
    }
    this.over.firstChild.onchange = (event) => { this.overlay = event.target.checked; this.reshow(); };
    this.strips.onpointermove = (event) => this.point(event);
    this.strips.onpointerleave = () => this.leave();
    this.strips.onclick = (event) => this.click(event);
    this.strips.onkeydown = (event) => this.key(event);
    this.strips.onblur = () => this.leave();
    this.sizes = new ResizeObserver(() => { if (this.strips.clientWidth !== this.width) this.lay(); });
    this.sizes.observe(this.strips);
  }
  close() { this.sizes.disconnect(); }

  load(message, send) {
    this.send = send;
    if (message === this.message) return;
    this.message = message;
    const header = (this.header = unpack(message)), [palette, picture, ...blobs] = header.blobs;
    this.colours = Uint32Array.from({ length: 256 }, (_, v) => 0xff000000 | (palette[3 * v + 2] << 16) | (palette[3 * v + 1] << 8) | palette[3 * v]);
    this.layers = header.strips.map((strip, k) => new Strip(strip, ...blobs.slice(3 * k, 3 * k + 3)));
    const [height, width] = header.input ?? [];
    this.picture = header.input ? pixelCanvas({ bytes: picture, width, height }) : null;
    this.own ??= header.own;
    this.view.classList.toggle("side", header.side);
    this.over.hidden = !header.input || !header.side;
    this.strips.style.maxHeight = `${header.height + 2 * RING}px`;
    this.strips.setAttribute("aria-label", `${header.about}. Arrow keys move from map to map and from layer to layer, Enter chooses.`);
    const shapes = JSON.stringify([header.strips.map((strip) => [strip.layer, strip.size]), header.height, header.side]);
    if (shapes !== this.shapes) this.build();
    this.shapes = shapes;
    this.words();
    this.paint();
  }

  build() {
    this.at = null;
    this.lens.element.hidden = !this.header.side;
    this.strips.replaceChildren(...this.layers.map((strip, k) => {
      const row = html('<div class="strip"><div class="label"><b></b><span></span></div><div class="maps"><canvas></canvas></div></div>');
      row.dataset.strip = k;
      return row;
    }));
    this.lay();
  }

  words() {
    this.layers.forEach((strip, k) => {
      const [name, about] = this.strips.children[k].querySelector(".label").children, [channels, height, width] = strip.shape;
      name.textContent = name.title = [strip.layer, ...strip.also].join(", ");
      const size = strip.unit ? `${channels}` : `${channels}×${height}×${width}`;
      about.textContent = strip.about ?? `${strip.kind} ${size}`;
      if (strip.n < channels && !strip.about) about.append(html(`<em>${strip.n} of ${channels} shown</em>`));
    });
    if (this.layers.every((strip) => strip.type === "rgb")) {
      this.legend.innerHTML = '<i style="background: rgb(128, 128, 128)"></i><span>0; each colour is brighter above 0, darker below</span>';
      return;
    }
    this.legend.innerHTML = '<i></i><span>below 0</span><i></i><span>0</span><i></i><span>above</span>';
    const css = (at) => { const c = this.colours[at]; return `rgb(${c & 255}, ${(c >> 8) & 255}, ${(c >> 16) & 255})`; };
    this.legend.querySelectorAll("i").forEach((square, k) => { square.style.background = css([40, 128, 215][k]); });
  }

  lay() {
    this.width = this.strips.clientWidth;
    const room = this.strips.firstElementChild?.querySelector(".maps").clientWidth;
    if (!room) return;
    this.tilings = tilings(this.layers, room, this.header.height - 4);
    const ratio = window.devicePixelRatio || 1;
    this.tilings.forEach((t, k) => {
      const canvas = this.strips.children[k].querySelector("canvas"), strip = this.layers[k];
      const [w, h] = [t.across * (t.tile + t.gap) - t.gap, stripHeight(t)], long = Math.max(strip.shape[1], strip.shape[2]);
      [t.w, t.h] = [(t.tile * strip.shape[2]) / long, (t.tile * strip.shape[1]) / long];
      Object.assign(canvas, { width: Math.round(w * ratio), height: Math.round(h * ratio) });
      Object.assign(canvas.style, { width: `${w}px`, height: `${h}px` });
    });
    this.paint();
  }

  paint() {
    if (!this.header || !this.tilings || this.tilings.length !== this.layers.length) return;
    for (const button of this.scale.children) button.setAttribute("aria-checked", String((button.dataset.scale === "map") === this.own));
    let drawn = 0;
    this.layers.forEach((strip, k) => {
      strip.paint(this.colours, this.own);
      this.stroke(strip, this.tilings[k], this.strips.children[k].querySelector("canvas"));
      drawn += strip.n;
    });
    this.reshow();
    this.root.dataset.maps = drawn;
    this.root.dataset.picture = this.header.id ?? "";
    this.root.dataset.drawn = (Number(this.root.dataset.drawn) || 0) + 1;
  }

  stroke(strip, t, canvas) {
    const pen = canvas.getContext("2d"), ratio = window.devicePixelRatio || 1, smooth = t.tile * ratio < Math.max(strip.h, strip.w);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    for (let i = 0; i < strip.n; i++) {
      const [x, y] = [(i % t.across) * (t.tile + t.gap), Math.floor(i / t.across) * (t.tile + t.gap)];
      strip.draw(pen, i, x, y, t.w, t.h, smooth);
      if (t.tile > EDGED) { pen.strokeStyle = EDGE; pen.lineWidth = 1; pen.strokeRect(x + 0.5, y + 0.5, t.w - 1, t.h - 1); }
      if (strip.unit && strip.marks?.[i]) this.mark(pen, strip, i, x, y, t.tile);
    }
  }
  mark(pen, strip, i, x, y, tile) {
    if (tile < 16) return;
    pen.font = `600 ${Math.min(14, tile * 0.55)}px sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = Math.abs(strip.value(i, 0, 0)) > 0.4 * strip.limit ? "#fff" : "#16202B";
    pen.fillText(strip.marks[i], x + tile / 2, y + tile / 2 + 0.5);
  }

  // The unit under the pointer, in the whole map: {strip, k, i, row, col}.
  unitAt(event) {
    const canvas = event.target.closest?.(".maps")?.firstElementChild;
    if (!canvas) return null;
    const k = Number(canvas.closest(".strip").dataset.strip), strip = this.layers[k], t = this.tilings[k], box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top], [across, line] = [x, y].map((p) => Math.floor(p / (t.tile + t.gap)));
    const i = line * t.across + across, inside = (at, size, places) => Math.min(places - 1, Math.floor((at / size) * places));  // a gap belongs to its tile
    if (across < 0 || across >= t.across || line < 0 || i >= strip.n) return null;
    const [dx, dy] = [x - across * (t.tile + t.gap), y - line * (t.tile + t.gap)];
    return { strip, k, i, row: inside(dy, t.h, strip.shape[1]), col: inside(dx, t.w, strip.shape[2]) };
  }

  point(event) {
    if (event.pointerType === "touch") return;
    const at = this.unitAt(event);
    if (at) this.show(at);
    this.strips.classList.toggle("on", Boolean(at) && Boolean(this.header.hint));
  }

  show(at) {
    this.at = at;
    const t = this.tilings[at.k], maps = this.strips.children[at.k].querySelector(".maps"), step = t.tile + t.gap;
    if (this.ring.parentElement !== maps) maps.append(this.ring);
    Object.assign(this.ring.style, { left: `${(at.i % t.across) * step}px`, top: `${Math.floor(at.i / t.across) * step}px`, width: `${t.w}px`, height: `${t.h}px` });
    this.ring.hidden = false;
    this.lens.element.hidden = false;
    if (!this.header.side) {                 // it lies over the other half of the strips
      const frame = this.strips.getBoundingClientRect(), strip = maps.getBoundingClientRect();
      this.lens.element.classList.toggle("low", (strip.top + strip.bottom) / 2 < (frame.top + frame.bottom) / 2);
    }
    this.lens.show(at, this);
    Object.assign(this.root.dataset, { layer: at.strip.layer, channel: at.strip.channels[at.i], place: `${at.row},${at.col}` });
  }

  // After new numbers: the same unit again; beside the strips something is always enlarged.
  reshow() {
    if (this.at) this.show({ ...this.at, strip: this.layers[this.at.k] });
    else if (this.header?.side && this.layers.length) {
      const k = Math.min(this.header.chosen ?? 0, this.layers.length - 1), [row, col] = this.layers[k].strongest(0);
      this.show({ strip: this.layers[k], k, i: 0, row, col });
      this.at = null;
    }
  }

  leave() {
    if (this.header?.side) return;
    this.at = null;
    this.ring.hidden = this.lens.element.hidden = true;
  }

  click(event) {
    const at = this.unitAt(event);
    if (!at) return;
    const again = this.at && this.at.k === at.k && this.at.i === at.i;
    this.show(at);
    if (event.pointerType !== "touch" || again) this.choose(at);   // a finger looks first
  }
  choose(at) {
    if (!this.header.hint) return;
    this.send("unit", { layer: at.strip.layer, place: [at.strip.channels[at.i], at.row, at.col] });
  }

  key(event) {
    const from = this.at ?? { k: 0, i: 0 }, fresh = !this.at, last = this.layers.length - 1;
    const to = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    if (event.key === "Enter" && this.at) this.choose(this.at);
    else if (event.key === "Escape") this.leave();
    else if (to) {
      const k = fresh ? 0 : Math.min(last, Math.max(0, from.k + to[0])), strip = this.layers[k];
      const i = fresh ? 0 : Math.min(strip.n - 1, Math.max(0, from.i + to[1])), [row, col] = strip.strongest(i);
      this.show({ strip, k, i, row, col });
      this.strips.children[k].scrollIntoView({ block: "nearest" });
    } else return;
    event.preventDefault();
  }
}

export default oneView(ActivationView, (view, { data, setTriggerValue }) => view.load(data, setTriggerValue));
