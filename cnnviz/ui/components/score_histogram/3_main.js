// The view and the hand on it: a threshold moves without a message, and is told when it rests.

const REST = 300;   // ms after the last key

class ScoreHistogram {
  constructor(root) {
    this.root = root;
    this.node = html(`<div class="score-histogram"><div class="bar"><div class="legend"></div><div class="tools">
      <button class="log" title="A logarithmic axis: the far scores move together">log axis</button>
      <button class="png" title="Histogram and ROC curve as a picture">PNG</button></div></div>
      <div class="drawings"><div class="stage" tabindex="0" role="slider" aria-label="Threshold"><canvas></canvas><div class="card" hidden></div></div>
      <div class="roc" title="Drag along the curve: the threshold follows"><canvas></canvas></div></div>
      <div class="below"><table><thead><tr><th></th><th>called an anomaly</th><th>called normal</th><th>rate</th></tr></thead>
      <tbody><tr class="anomalous"><th>anomalies</th><td class="caught"></td><td class="missed"></td><td class="hits"></td></tr>
      <tr class="normal"><th>normal pictures</th><td class="alarms"></td><td class="right"></td><td class="falls"></td></tr></tbody></table>
      <div class="words"><div class="said" aria-live="polite"></div><div class="marked"></div></div></div></div>`);
    root.replaceChildren(this.node);
    this.part = (name) => this.node.querySelector(`.${name}`);
    [this.sheet, this.roc] = ["stage", "roc"].map((name) => new Sheet(this.part(name).firstElementChild));
    this.node.view = this;   // for tests
    this.part("log").onclick = () => { this.logarithmic = !this.logarithmic; this.scale(); this.draw(); };
    this.part("png").onclick = () => { if (this.scores) this.savePicture(); };
    this.listen();
    this.arrived = () => { if (this.coming) this.show(this.coming); };
    window.addEventListener("cnnviz-arrays", this.arrived);
    this.observer = new ResizeObserver(() => this.draw());
    for (const name of ["stage", "roc"]) this.observer.observe(this.part(name));
  }

  show(header) {
    const scores = kept("Arrays", header.scores_id);
    this.coming = header;
    if (!scores) return;   // the carrier's message follows
    if (this.header?.set_id !== header.set_id) { this.threshold = header.threshold; clearTimeout(this.resting); }   // else the visitor's own is newer
    if (this.scores !== scores || this.header.log !== header.log) this.logarithmic = header.log;
    Object.assign(this, { header, scores });
    this.points = rocPoints(scores, 1 / 400);
    this.scale();
    this.part("legend").replaceChildren(...header.titles.map((title, set) => {
      const entry = html("<span><i></i></span>");
      entry.firstChild.style.background = header.colours[set];
      entry.append(title);
      return entry;
    }));
    this.part("marked").replaceChildren(...header.marked.map(({ title, score, share }) => Object.assign(document.createElement("div"), {
      textContent: `${title}: ${fixed(score, 1)} nats; ${percent(share)} of the normal pictures score as much or more.` })));
    this.draw();
  }

  scale() {
    const { normal, anomalous } = this.scores, own = this.header.marked.map(({ score }) => score);
    const low = Math.min(normal[0], anomalous[0], ...own), high = Math.max(normal.at(-1), anomalous.at(-1), ...own);
    this.part("log").disabled = low <= 0;
    this.logarithmic &&= low > 0;
    this.part("log").setAttribute("aria-pressed", String(this.logarithmic));
    this.axis = new Axis(low, high, this.logarithmic);
    const edges = this.axis.edges(BINS);
    this.bins = { edges, parts: [normal, anomalous].map((part) => shares(part, edges)) };
  }

  set(threshold) {
    this.threshold = Number(threshold.toPrecision(5));
    this.draw();
  }

  rest() {
    clearTimeout(this.resting);
    this.send({ set_id: this.header.set_id, threshold: this.threshold });
  }

  draw() { this.frame ??= requestAnimationFrame(() => { this.frame = null; if (this.scores) this.paint(); }); }

  paint() {
    this.paintHistogram();
    this.paintRoc();
    const found = countsAt(this.scores, this.threshold), { part, threshold } = this, all = found.caught + found.missed + found.alarms + found.right;
    for (const name of ["caught", "missed", "alarms", "right"]) part(name).textContent = found[name].toLocaleString("en");
    part("hits").textContent = `${percent(found.hits)} true positives`;
    part("falls").textContent = `${percent(found.falls)} false positives`;
    const called = found.caught + found.alarms;
    const said = called === 0 ? "The threshold is above every score: nothing is called an anomaly. "
      : called === all ? "The threshold is above no score: everything is called an anomaly. " : "";
    part("said").textContent = `${said}Accuracy ${percent(found.accuracy)}${found.precision === null ? "" : `; of what is called an anomaly, ${percent(found.precision)} is one`}.`;
    const stage = part("stage"), { ends } = this.axis;
    for (const [name, value] of [["min", ends[0]], ["max", ends[1]], ["now", threshold]]) stage.setAttribute(`aria-value${name}`, String(value));
    stage.setAttribute("aria-valuetext", `${fixed(threshold, 1)} nats: ${percent(found.hits)} of the anomalies caught, ${percent(found.falls)} false alarms`);
    Object.assign(this.root.dataset, { threshold, drawn: Number(this.root.dataset.drawn ?? 0) + 1 });   // for tests
  }

  listen() {
    const stage = this.part("stage"), roc = this.part("roc");
    const share = (event) => { const { sheet } = this; return (event.clientX - sheet.canvas.getBoundingClientRect().left - sheet.left) / sheet.wide; };
    const dragged = (node, move) => {
      let held = null;
      node.addEventListener("pointerdown", (event) => {
        if (event.button > 0 || !this.scores || held !== null) return;
        held = event.pointerId;
        node.setPointerCapture(held);
        this.part("card").hidden = true;
        move(event);
      });
      node.addEventListener("pointermove", (event) => { if (held === event.pointerId) move(event); else if (held === null && this.scores) this.hover(node === stage ? share(event) : -1); });
      for (const name of ["pointerup", "pointercancel"]) node.addEventListener(name, (event) => { if (held === event.pointerId) { held = null; this.rest(); } });
      node.addEventListener("pointerleave", () => { this.part("card").hidden = true; });
    };
    dragged(stage, (event) => this.set(this.axis.value(Math.max(0, Math.min(1, share(event))))));
    dragged(roc, (event) => {
      const { roc: sheet, points } = this, box = sheet.canvas.getBoundingClientRect();
      const x = (event.clientX - box.left - sheet.left) / sheet.wide, y = 1 - (event.clientY - box.top - sheet.top) / sheet.high;
      const gap = ({ falls, hits }) => (falls - x) ** 2 + (hits - y) ** 2, best = points.reduce((a, b) => (gap(b) < gap(a) ? b : a));
      this.set(Math.min(best.threshold, this.axis.value(1)));
    });
    stage.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key], end = { Home: 0, End: 1 }[event.key];
      if (!this.scores || (step ?? end) === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      const now = this.axis.share(this.threshold), next = end ?? (Number.isFinite(now) ? now : 0) + (step / this.sheet.wide) * (event.shiftKey ? 10 : 1);
      this.set(this.axis.value(Math.max(0, Math.min(1, next))));
      clearTimeout(this.resting);
      this.resting = setTimeout(() => this.rest(), REST);
    });
  }

  // The bin under the pointer
  hover(at) {
    const { axis, bins, header } = this, card = this.part("card"), value = axis.value(at), k = bins.edges.findIndex((edge, i) => value >= edge && value < bins.edges[i + 1]);
    card.hidden = k < 0 || k >= BINS;
    if (card.hidden) return;
    card.textContent = [`${shortNumber(bins.edges[k], 1)} to ${shortNumber(bins.edges[k + 1], 1)} nats`,
      ...header.titles.map((title, set) => `${title}: ${percent(bins.parts[set][k])}`)].join("\n");
    const x = this.sheet.left + at * this.sheet.wide, right = x + card.offsetWidth + 14 < this.sheet.canvas.clientWidth;
    card.style.transform = `translate(${Math.max(0, right ? x + 12 : x - card.offsetWidth - 12)}px, 60px)`;
  }

  close() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.resting);
    this.observer.disconnect();
    window.removeEventListener("cnnviz-arrays", this.arrived);
  }
}

function percent(share) {
  const text = fixed(100 * share, 1), wrong = share > 0 && share < 1 ? { "0.0": "< 0.1", "100.0": "> 99.9" }[text] : null;
  return `${wrong ?? text} %`;
}

Object.assign(ScoreHistogram.prototype, PAINT);

export default oneView(ScoreHistogram, (histogram, { data, setStateValue }) => {
  histogram.send = (value) => setStateValue("threshold", value);
  histogram.show(unpack(data));
});
