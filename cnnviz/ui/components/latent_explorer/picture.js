// The decoded picture, large; the pointer or the arrow keys read its numbers.

const AROUND = 2, CELL = 30;        // pixels to each side of the one that is read; CSS pixels of a number in the lens
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

class Picture {
  constructor() {
    this.element = html(`<figure class="picture"><div class="screen" tabindex="0" role="img">
        <canvas class="decoded" width="${SIDE}" height="${SIDE}"></canvas><div class="pixel" hidden></div>
        <canvas class="numbers" hidden></canvas></div>
      <figcaption><span class="which"></span><button class="save" title="The picture as a file">PNG</button></figcaption></figure>`);
    for (const name of ["screen", "decoded", "pixel", "numbers", "which", "save"]) this[name] = this.element.querySelector(`.${name}`);
    this.pen = this.decoded.getContext("2d");
    this.image = new ImageData(SIDE, SIDE);
    this.values = new Float32Array(SIDE * SIDE);
    this.at = null;
    this.z = [];
    this.screen.onpointermove = (event) => this.read(this.place(event));
    this.screen.onpointerleave = this.screen.onblur = () => this.read(null);
    this.screen.onkeydown = (event) => this.key(event);
    this.save.onclick = () => savePng([this.decoded], 16, `decoded ${latentText(this.z).replaceAll("−", "-")}.png`);
  }

  show(walk) {
    this.z = walk.z;
    walk.decoder.decode(walk.z, walk.label, this.values);
    putPicture(this.pen, this.image, this.values);
    this.write();
  }

  place({ clientX, clientY }) {
    const { left, top, width, height } = this.decoded.getBoundingClientRect();
    const [row, col] = [((clientY - top) / height) * SIDE, ((clientX - left) / width) * SIDE].map(Math.floor);
    return row >= 0 && row < SIDE && col >= 0 && col < SIDE ? [row, col] : null;
  }

  key(event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const from = this.at ?? [SIDE / 2, SIDE / 2], inside = (at) => Math.min(SIDE - 1, Math.max(0, at));
    this.read([inside(from[0] + step[0]), inside(from[1] + step[1])]);
  }

  read(at) {
    this.at = at;
    this.write();
  }

  // The line below, and the numbers round the pixel that is read.
  write() {
    const { at, z, values } = this, norm = Math.hypot(...z);
    this.pixel.hidden = this.numbers.hidden = !at;
    const place = z.length > 3 ? `|z| = ${fixed(norm, 2)}; a draw’s ≈ √${z.length} = ${shortNumber(Math.sqrt(z.length), 1)}` : `z = ${latentText(z)}`;
    this.which.textContent = at ? `Row ${at[0]}, column ${at[1]}: ${fixed(values[at[0] * SIDE + at[1]], 3)} of 1` : place;
    this.screen.setAttribute("aria-label", `The decoded picture. ${this.which.textContent}. Arrow keys read its pixels.`);
    if (!at) return;
    const share = 100 / SIDE, [row, col] = at;
    Object.assign(this.pixel.style, { top: `${row * share}%`, left: `${col * share}%`, width: `${share}%`, height: `${share}%` });
    this.numbers.classList.toggle("right", col < SIDE / 2);     // away from what is read
    this.numbers.classList.toggle("low", row < SIDE / 2);
    this.lens(row, col);
  }

  lens(row, col) {
    const ratio = window.devicePixelRatio || 1, across = 2 * AROUND + 1, side = across * CELL, canvas = this.numbers;
    if (canvas.width !== side * ratio) Object.assign(canvas, { width: side * ratio, height: side * ratio });
    canvas.style.width = canvas.style.height = `${side}px`;
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, side, side);
    Object.assign(pen, { font: "12px sans-serif", textAlign: "center", textBaseline: "middle", lineWidth: 2, strokeStyle: MARK });
    for (let k = 0; k < across * across; k++) {
      const [down, right] = [Math.floor(k / across), k % across], [r, c] = [row + down - AROUND, col + right - AROUND];
      if (r < 0 || r >= SIDE || c < 0 || c >= SIDE) continue;
      const value = this.values[r * SIDE + c], grey = Math.round(255 * value);
      pen.fillStyle = `rgb(${grey}, ${grey}, ${grey})`;
      pen.fillRect(right * CELL, down * CELL, CELL, CELL);
      pen.fillStyle = value > 0.5 ? "#10181f" : "#fff";
      pen.fillText(fixed(value, 2), (right + 0.5) * CELL, (down + 0.5) * CELL + 0.5);
    }
    pen.strokeRect(AROUND * CELL + 1, AROUND * CELL + 1, CELL - 2, CELL - 2);
  }
}
