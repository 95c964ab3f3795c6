// One mounted view. The slider asks Python while it is dragged, one question at a time: the next goes out when the last is answered.

const PATIENCE = 2000;   // ms after which an answer is no longer waited for

class View {
  constructor(root) {
    this.root = root;
    this.pictures = new Pictures();
    this.curves = new Curves((level) => this.turn(level));
    this.dial = html(`<label class="dial"><span></span><span class="track"><input type="range" min="0"><i class="trained"></i></span><output></output></label>`);
    [this.name, this.input, this.output, this.trained] = ["span", "input", "output", ".trained"].map((each) => this.dial.querySelector(each));
    this.input.oninput = () => this.turn(Number(this.input.value));
    this.words = html(`<div class="words"><p class="verdict"></p><ul class="remarks"></ul><button class="save">Pictures as PNG</button></div>`);
    this.words.querySelector("button").onclick = () => this.pictures.save(`${this.header.dial.name} noise ${this.header.level}.png`);
    const left = html(`<div class="left"></div>`), body = html(`<div class="view"></div>`);
    left.append(this.pictures.element, this.words);
    body.append(this.dial, left, this.curves.element);
    root.replaceChildren(body);
    this.asked = 0;
    this.wanted = null;      // the hand's level that Python has not been asked for yet
  }

  close() {
    clearTimeout(this.waiting);
    this.curves.close();
  }

  load(message) {
    const header = unpack(message), other = header.dial.name !== this.header?.dial.name;
    this.header = header;
    if (other) {
      Object.assign(this.input, { max: header.dial.high, step: header.dial.step });
      this.name.textContent = header.dial.title;
      this.input.setAttribute("aria-label", header.dial.title);
      this.place();
    }
    const answered = other || header.asked >= this.asked;
    if (answered) {
      this.asked = Math.max(this.asked, header.asked);
      this.waiting = clearTimeout(this.waiting);   // to undefined
      if (other) this.wanted = null;
      if (this.wanted === null) this.set(header.level);
    }
    const style = getComputedStyle(this.root), colour = (name) => style.getPropertyValue(name).trim();
    this.curves.hand = this.hand;
    this.curves.show(header, { ink: colour("--st-text-color"), paper: colour("--st-background-color"), line: colour("--st-border-color"), accent: colour("--st-primary-color") });
    this.pictures.show(header);
    this.words.querySelector(".verdict").textContent = header.verdict;
    this.words.querySelector(".remarks").replaceChildren(...header.remarks.map((remark) => Object.assign(document.createElement("li"), { textContent: remark })));
    this.settle();
    this.tell();
  }

  // Where the network was trained, under the slider.
  place() {
    const { trained, high } = this.header.dial;
    this.trained.hidden = trained === null;
    if (trained === null) return;
    this.trained.textContent = `trained at ${levelText(this.header.dial, trained)}`;
    this.trained.style.setProperty("--share", trained / high);
  }

  set(level) {
    this.hand = level;
    this.input.value = level;
    this.output.textContent = levelText(this.header.dial, level);
    this.input.setAttribute("aria-valuetext", this.output.textContent);
  }

  // By hand.
  turn(level) {
    if (level === this.hand) return;
    this.set(level);
    this.curves.mark(level);
    this.wanted = level;
    this.settle();
    this.tell();
  }

  tell() {
    if (this.waiting || this.wanted === null) return;
    this.send("hand", { kind: this.header.dial.name, level: this.wanted, asked: ++this.asked });
    this.wanted = null;
    this.waiting = setTimeout(() => { this.waiting = undefined; this.tell(); }, PATIENCE);
  }

  settle() {
    const done = this.wanted === null && this.header.asked >= this.asked;
    this.root.dataset.settled = done ? `${this.header.dial.name} ${this.header.level}` : "";
  }
}

export default oneView(View, (view, { data, setStateValue }) => {
  view.send = setStateValue;
  view.load(data);
});
