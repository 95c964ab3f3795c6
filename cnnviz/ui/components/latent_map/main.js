// The map: what it shows, and the hand on it. Only a click goes to the server.

const CLICK = 4, EASE = 0.25;          // CSS pixels that a click may move; share of its way that a marker goes a frame
const MOVE = 500;                      // ms in which the dots go to their places on another map
const ON_DARK = 8, ON_LIGHT = -4;      // of the 32 colours of the scale, those left out: too near to the background
const ENDS = [0.01, 0.99];             // quantiles at the ends of a colour scale: a few costly digits would dim all others

class LatentMap {
  constructor(root) {
    this.root = root;
    this.node = html(`<div class="latent-map"><div class="bar"><div class="legend"></div><div class="tools">
      <button class="lasso" aria-pressed="false" title="Draw round dots (or hold Shift and drag)">Lasso</button>
      <button class="reset" title="The whole map (0)">Reset</button><button class="png" title="The map as a picture">PNG</button>
      <button class="csv" title="The dots in the lasso as a table" hidden>CSV</button></div></div>
      <div class="stage" tabindex="0" role="application"><canvas class="dots"></canvas><canvas class="over"></canvas>
      <div class="card" hidden><div class="text"></div></div></div><div class="strip"></div><div class="caption"></div>
      <div class="spoken" aria-live="polite"></div></div>`);
    root.replaceChildren(this.node);
    const part = (name) => this.node.querySelector(`.${name}`);
    this.stage = part("stage");
    this.dots = new Dots(part("dots"));
    this.over = new Overlay(part("over"));
    this.card = new Card(part("card"));
    this.legend = new Legend(part("legend"), (hidden) => { this.hide(hidden); this.draw(); });
    this.node.view = this;   // for tests
    Object.assign(this, { caption: part("caption"), spoken: part("spoken"), lassoButton: part("lasso"), csv: part("csv"), hovered: -1, markers: [] });
    this.lassoButton.onclick = () => this.lassoButton.setAttribute("aria-pressed", String(!this.lassoing));
    part("reset").onclick = () => this.reset();
    part("png").onclick = () => { if (this.projection) this.savePicture(); };
    this.csv.onclick = () => this.saveTable();
    this.listen();
    this.arrived = () => { if (this.coming) this.show(this.coming); };
    for (const name of ["cnnviz-arrays", "cnnviz-pictures"]) window.addEventListener(name, this.arrived);
    this.observer = new ResizeObserver(() => { if (this.projection) { this.resize(); this.draw(); } });
    this.observer.observe(this.stage);
  }

  get lassoing() { return this.lassoButton.getAttribute("aria-pressed") === "true"; }

  show(header) {
    const atlas = this.brought(header.atlas_id), values = header.told.map((title) => this.brought(`${header.atlas_id} ${title}`)?.values);
    this.coming = header;
    if (!atlas || !values.every(Boolean)) return;   // the carriers' messages follow
    if (header.selected !== this.header?.selected && !this.sent?.includes(header.selected)) this.clicked = null;   // not an answer to a click
    Object.assign(this, { header, values });
    this.strip ??= new Strip(this.node.querySelector(".strip"), header.neighbours);
    this.sheet = kept("Pictures", header.picture_id);
    if (this.atlas !== atlas) this.exchange(atlas);
    this.colour(values[header.told.indexOf(header.shade)]);
    this.hide(header.shade ? new Set() : this.legend.hidden);
    this.place(header.markers);
    this.middles();
    this.caption.textContent = `${atlas.labels.length.toLocaleString("en")} dots; the pictures are ${header.thumbnails === "originals"
      ? "the originals of the data set" : "reconstructions: the data set is not on this machine"}. Drag to ${header.dimensions === 3
      ? "turn" : "move"}${header.decodes ? ", click a free place to decode it" : ""}, wheel to enlarge, click a dot to choose it.`;
    this.stage.setAttribute("aria-label", `Map of ${atlas.labels.length} pictures. Arrow keys go from dot to dot, Enter chooses, plus and minus enlarge, 0 shows all.`);
    this.strips();
    this.draw();
  }

  brought(id) { return kept("Arrays", id); }

  // Another map; where it has the same dots, they go to their new places
  exchange(atlas) {
    const before = this.projection, same = this.atlas?.labels.length === atlas.labels.length && atlas.labels.every((label, i) => label === this.atlas.labels[i]);
    this.projection = new Projection(atlas.points, this.header.dimensions);
    Object.assign(this, { atlas, hidden: new Uint8Array(atlas.labels.length), spot: null, named: null, start: null });
    if (same && before.width && !matchMedia("(prefers-reduced-motion: reduce)").matches)
      this.start = { x: before.x.slice(), y: before.y.slice(), began: performance.now() };
    if (!same) this.clicked = null;
    this.clearLasso();
    this.resize();
  }

  colour(values) {
    const { class_colours: colours, classes, shade } = this.header, { labels } = this.atlas, style = getComputedStyle(this.node);
    this.ink = style.color;
    this.paper = plainColour(style.getPropertyValue("--st-background-color"));
    this.pixels = new Uint32Array(labels.length);
    if (!values) {
      const known = colours.map(pixel);
      for (let i = 0; i < labels.length; i++) this.pixels[i] = known[labels[i]];
      this.legend.classes(classes, colours);
      return;
    }
    const sorted = values.slice().sort(), [low, high] = ENDS.map((share) => sorted[Math.round(share * (sorted.length - 1))]);
    const dark = luminance(this.paper) < 0.5, ramp = dark ? this.header.ramp.slice(ON_DARK) : this.header.ramp.slice(0, ON_LIGHT);
    const known = ramp.map(pixel), steps = known.length - 1, span = high - low || 1;
    for (let i = 0; i < labels.length; i++) this.pixels[i] = known[Math.max(0, Math.min(steps, Math.round(((values[i] - low) / span) * steps)))];
    this.legend.ramp(shade, low, high, ramp);
  }

  hide(classes) { for (let i = 0; i < this.hidden.length; i++) this.hidden[i] = classes.has(this.atlas.labels[i]) ? 1 : 0; }

  // Where the name of each class stands: at the dot nearest to the middle of its dots
  middles() {
    if (this.named === this.atlas) return;
    this.named = this.atlas;
    const { points, labels } = this.atlas, d = this.header.dimensions, sums = this.header.classes.map(() => new Float64Array(d + 1));
    for (let i = 0; i < labels.length; i++) { for (let k = 0; k < d; k++) sums[labels[i]][k] += points[i * d + k]; sums[labels[i]][d]++; }
    this.centres = sums.map((sum, label) => {
      let best = -1, least = Infinity;
      for (let i = 0; i < labels.length; i++) {
        if (labels[i] !== label) continue;
        let distance = 0;
        for (let k = 0; k < d; k++) distance += (points[i * d + k] - sum[k] / sum[d]) ** 2;
        if (distance < least) { least = distance; best = i; }
      }
      return best;
    });
  }

  // Visitors' markers go to their new places; new ones stand there at once
  place(markers) {
    this.pictures = markers.map(({ picture }) => grey(blank(), (k) => picture[k]));
    this.markers = markers.map((marker, k) => ({ ...marker, at: this.markers[k]?.at.length === marker.place.length ? this.markers[k].at : marker.place }));
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.stage, ratio = Math.min(2, window.devicePixelRatio || 1);
    if (!width || !height) return;
    this.projection.resize(width, height);
    this.dots.resize(width, height, ratio);
    this.over.resize(width, height, ratio);
  }

  draw() { this.frame ??= requestAnimationFrame(() => { this.frame = null; this.paint(); }); }

  paint() {
    if (!this.projection?.width) return;
    let moving = false;
    for (const marker of this.markers) {
      const gap = Math.max(...marker.place.map((value, d) => Math.abs(value - marker.at[d]))) * this.projection.scale;
      marker.at = gap < 0.5 ? marker.place : marker.at.map((value, d) => value + EASE * (marker.place[d] - value));
      moving ||= gap >= 0.5;
    }
    this.projection.project();
    if (this.start) moving = this.travel();
    this.dots.paint(this.projection, this.pixels, this.hidden, this.bright, pixel(this.paper));
    this.paintOver();
    this.root.dataset.drawn = Number(this.root.dataset.drawn ?? 0) + 1;   // for tests
    if (moving) this.draw();
  }

  travel() {
    const { start, projection: { x, y } } = this, share = Math.min(1, (performance.now() - start.began) / MOVE), left = (1 - share) ** 3;
    for (let i = 0; i < x.length; i++) { x[i] += left * (start.x[i] - x[i]); y[i] += left * (start.y[i] - y[i]); }
    if (share === 1) this.start = null;
    return share < 1;
  }

  paintOver() {
    const { classes, shade } = this.header, { projection } = this, chosen = this.chosen;
    const names = shade ? [] : this.centres.flatMap((index, k) => index < 0 || this.hidden[index] ? []
      : [{ x: projection.x[index], y: projection.y[index], text: classes[k] }]);
    const rings = (this.near ?? []).map(({ index }) => ({ index, colour: this.ink, wide: 1.5 }));
    for (const index of [chosen, this.hovered]) if (index >= 0) rings.push({ index, colour: this.ink, wide: 3 });
    this.over.paint({ projection, axes: this.header.axes, ink: this.ink, paper: this.paper, names, rings, markers: this.markers,
      lasso: this.path, spot: this.spot, pictures: this.pictures });
  }

  get chosen() { return this.clicked ?? this.header.selected ?? -1; }

  hover(index, x, y) {
    if (index === this.hovered && index < 0) return;
    const changed = index !== this.hovered;
    this.hovered = index;
    if (index < 0) this.card.hide();
    else this.card.show(this.sheet, index, this.words(index), x, y, this.projection.width, this.projection.height);
    if (changed) { this.strips(); this.paintOver(); }
  }

  words(index) {
    return [this.header.classes[this.atlas.labels[index]], `number ${index.toLocaleString("en")}`,
      ...this.header.told.map((title, k) => `${title}: ${fourDigits(this.values[k][index])}`)];
  }

  strips() {
    const index = this.hovered >= 0 ? this.hovered : this.chosen, { width, neighbours, classes, class_colours: colours } = this.header;
    if (this.inside && this.hovered < 0) { this.near = null; this.strip.shares(this.inside, this.atlas.labels, classes, colours); return; }
    if (index < 0) { this.near = null; this.strip.clear("Point at a dot: its nearest neighbours in latent space appear here."); return; }
    this.near = nearestDots(this.atlas.mu, width, index, neighbours);
    this.strip.neighbours(this.sheet, `Nearest in latent space to number ${index.toLocaleString("en")}, with their distances`, this.near,
      (each) => classes[this.atlas.labels[each]]);
  }

  reset() { this.projection?.reset(); this.draw(); }

  close() {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
    for (const name of ["cnnviz-arrays", "cnnviz-pictures"]) window.removeEventListener(name, this.arrived);
  }
}

Object.assign(LatentMap.prototype, HAND, SAVES);

export default oneView(LatentMap, (map, { data, setStateValue }) => {
  map.send = (choice) => setStateValue("choice", choice);
  map.show(unpack(data));
});
