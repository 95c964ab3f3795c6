// One mounted generator: the temperature, C and label under the hand, the pictures that follow them. Python hears of the rest.

const REST = 400;    // ms without a move
const BUDGET = 10;   // ms of decoding in a frame of 16.7; the rest is the browser's

class Generator {
  constructor(root) {
    this.root = root;
    this.wait = html(`<p class="wait" role="status">The decoders are on their way.</p>`);
    this.body = html(`<div class="generator"><div class="sliders"><label class="slide t"><span>Temperature: z = T · ε, ε ~ N(0, 1)</span>
      <input type="range" min="0" step="0.05"><output></output></label></div></div>`);
    [this.sliders, this.heat] = [".sliders", ".t input"].map((name) => this.body.querySelector(name));
    this.heat.oninput = () => this.set({ temperature: Number(this.heat.value) });
    root.replaceChildren(this.wait, this.body);
    this.turn = this.drawn = 0;
    this.arrived = () => this.wake();
    window.addEventListener("cnnviz-decoders", this.arrived);
  }

  close() {
    window.removeEventListener("cnnviz-decoders", this.arrived);
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
  }

  // What Python says; where the hand stands is told once, to begin with, for nobody knows it later than the hand.
  load(message) {
    const { blobs: [z], start, ...data } = unpack(message), text = JSON.stringify(data);
    if (text === this.text) return;
    if (!this.data) {
      Object.assign(this, start);
      this.view = new { draws: Draws, labels: Labels }[data.view](this);
      if (this.view.slider) this.sliders.append(this.view.slider);
      this.body.append(this.view.element);
    }
    Object.assign(this, { data, text, z: new Float32Array(z.slice().buffer) });
    this.heat.max = data.hottest;
    this.view.build(data);
    this.outdate();
  }

  shelf(id, label) { return new Shelf(id, label, this.z, this.data.size); }

  // By hand: temperature, c or label
  set(to) {
    const heated = "temperature" in to && to.temperature !== this.temperature;
    Object.assign(this, to);
    if (heated) for (const shelf of this.view.ahead) shelf.outdate();
    this.outdate();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { temperature, c, label } = this;
      this.send("rest", { temperature, c, label });
    }, REST);
  }

  outdate() {
    this.changed = true;
    this.root.dataset.drawn = this.root.dataset.ahead = "";
    this.wake();
  }

  wake() { this.frame ??= requestAnimationFrame(() => this.run()); }

  run() {
    this.frame = null;
    if (!this.view) return;
    const began = performance.now();
    if (this.changed) this.show();
    let last = performance.now(), cost = 0, left = true;
    do {
      left = this.work();
      const at = performance.now();
      [cost, last] = [Math.max(cost, at - last), at];
    } while (left && last - began + cost < BUDGET);   // a decoding that would not fit any more waits
    const { sheets } = this.view, ready = sheets.every((sheet) => sheet.ready);
    this.wait.hidden = ready;
    if (ready && !this.root.dataset.drawn && sheets.every((sheet) => sheet.current)) {
      this.view.finish?.();
      this.root.dataset.drawn = ++this.drawn;
    }
    if (left) this.wake();
    else if (ready) this.root.dataset.ahead = [...this.view.ahead].every((shelf) => shelf.ready) ? "done" : "";
  }

  show() {
    this.changed = false;
    this.heat.value = this.temperature;
    this.body.querySelector(".t output").textContent = fixed(this.temperature, 2);
    this.view.show();
    for (const sheet of this.view.sheets) sheet.repaint();
  }

  // Decodes one picture: of those that are seen, sheet by sheet in turn, then one ahead; false if none is left.
  work() {
    const { sheets, ahead } = this.view;
    for (let tried = 0; tried < sheets.length; tried++) {
      const place = sheets[this.turn++ % sheets.length].next();
      if (place) return this.decode(place);
    }
    for (const shelf of ahead) {
      const k = shelf.ready ? shelf.stale.indexOf(1) : -1;
      if (k >= 0) return this.decode({ shelf, k });
    }
    return false;
  }

  decode({ shelf, k }) {
    shelf.decode(k, this.temperature);
    for (const sheet of this.view.sheets) sheet.paint(shelf, k);
    return true;
  }

  save(sheet, title) {
    for (let place = sheet.next(); place; place = sheet.next()) this.decode(place);   // a file shows no picture of before
    const words = `${title}, seed ${this.data.seed}, temperature ${this.temperature.toFixed(2)}`;
    sheet.save(words, words.replaceAll(/[^\w.]+/g, " ").trim());
  }
}

export default oneView(Generator, (generator, { data, setStateValue }) => {
  generator.send = setStateValue;
  generator.load(data);
});
