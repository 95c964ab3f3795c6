// A slider for each latent dimension, under a strip of decodings: what the picture would be with this number changed alone.
// The strip and the slider have one scale, so that the slider's handle points at the picture that it gives.

const FILM = 9;                                       // pictures of a strip

class Dimensions {
  // moved(dimension, value): by hand
  constructor(moved, wake) {
    Object.assign(this, { moved, wake });
    this.element = html(`<div class="dims"><div class="lines used"></div>
      <details class="unused"><summary></summary><p class="note"></p><div class="lines"></div></details>
      <p class="note key"><i class="origin"></i> the start<span><i class="spread"></i> one sigma to either side of it</span></p></div>`);
    [this.active, this.idle] = this.element.querySelectorAll(".lines");
    this.fold = this.element.querySelector("details");
    this.fold.ontoggle = () => this.wake();
    this.image = new ImageData(SIDE, SIDE);
    this.picture = new Float32Array(SIDE * SIDE);
  }

  build({ used, reach, sigma, start }) {
    this.reach = reach;
    this.used = used;
    this.turns = new Turns(used.length * FILM);
    this.lines = used.map((_, d) => this.line(d, reach));
    const chosen = (is) => this.lines.filter((_, d) => used[d] === is).map(({ element }) => element);
    const idle = chosen(false);
    this.active.replaceChildren(...chosen(true));
    this.idle.replaceChildren(...idle);
    this.fold.hidden = !idle.length;
    this.fold.open = idle.length === used.length;
    this.fold.querySelector("summary").textContent = `${idle.length} of ${used.length} dimensions are not used by this network`;
    this.fold.querySelector("p").textContent = "Its encoder sends nearly every picture to the same place in them, and its decoder has learned not to listen to them.";
    this.mark(start, sigma);
  }

  line(d, reach) {
    const element = html(`<div class="dim"><span class="name">z<sub>${d + 1}</sub></span>
      <div class="film"><canvas width="${FILM * SIDE}" height="${SIDE}"></canvas><i class="now"></i>
        <div class="track"><i class="spread"></i><i class="origin"></i>
        <input type="range" min="${-reach}" max="${reach}" step="0.01" aria-label="z ${d + 1}"></div></div><output></output></div>`);
    const input = element.querySelector("input"), canvas = element.querySelector("canvas");
    input.oninput = () => this.moved(d, Number(input.value));
    input.onkeydown = (event) => {
      const by = { ArrowRight: 0.1, ArrowUp: 0.1, ArrowLeft: -0.1, ArrowDown: -0.1 }[event.key];
      if (!by || !event.shiftKey) return;
      event.preventDefault();
      input.value = this.rounded(Number(input.value) + by);   // a second key may come before a frame
      this.moved(d, Number(input.value));
    };
    const drag = ({ clientX }) => {
      const { left, width } = canvas.getBoundingClientRect();
      this.moved(d, this.rounded(((((clientX - left) / width) * FILM - 0.5) / (FILM - 1) - 0.5) * 2 * reach));
    };
    canvas.onpointerdown = (event) => { canvas.setPointerCapture(event.pointerId); drag(event); };
    canvas.onpointermove = (event) => { if (event.buttons) drag(event); };
    const [now, spread, origin, output] = ["i.now", ".spread", ".origin", "output"].map((name) => element.querySelector(name));
    return { element, input, now, spread, origin, output, pen: canvas.getContext("2d") };
  }

  rounded(value) { return Math.round(100 * Math.min(this.reach, Math.max(-this.reach, value))) / 100; }
  // How far along the strip a value stands, in percent: -reach is the middle of its first picture.
  along(value) { return (100 * (0.5 + ((FILM - 1) * (Math.min(this.reach, Math.max(-this.reach, value)) + this.reach)) / (2 * this.reach))) / FILM; }

  // The start, and one sigma to either side of it, on the tracks.
  mark(start, sigma) {
    this.element.querySelector(".key span").hidden = !sigma;
    this.lines.forEach(({ origin, spread, element }, d) => {
      origin.style.left = `${this.along(start[d])}%`;
      spread.hidden = !sigma;
      const [low, high] = sigma ? [start[d] - sigma[d], start[d] + sigma[d]].map((end) => this.along(end)) : [0, 0];
      Object.assign(spread.style, { left: `${low}%`, width: `${high - low}%` });
      element.title = `z ${d + 1} starts at ${fixed(start[d], 2)}${sigma ? `, sigma ${fixed(sigma[d], 2)}` : ""}`;
    });
  }

  // The sliders' handles, every frame.
  show({ z }) {
    this.lines.forEach(({ input, output, now }, d) => {
      const text = fixed(z[d], 2);
      if (output.textContent === text) return;
      input.value = z[d];
      output.textContent = text;
      input.setAttribute("aria-valuetext", text);
      now.style.left = `${this.along(z[d])}%`;
    });
  }

  // The strips are out of date: all, or all but that of the dimension that has moved.
  outdate(moved = -1) { this.turns.all((k) => Math.floor(k / FILM) === moved); }

  // Decode one small picture; false if all in sight are up to date.
  work({ z, label, decoder }) {
    const k = this.turns.next((at) => this.used[Math.floor(at / FILM)] || this.fold.open);
    if (k < 0) return false;
    const d = Math.floor(k / FILM), place = k % FILM;
    this.z ??= new Float64Array(z.length);
    if (this.z.length !== z.length) this.z = new Float64Array(z.length);
    this.z.set(z);
    this.z[d] = this.reach * ((2 * place) / (FILM - 1) - 1);
    decoder.decode(this.z, label, this.picture);
    putPicture(this.lines[d].pen, this.image, this.picture, place * SIDE);
    return true;
  }
}
