// The lens: one canvas with the picture, two frames on it (pinned, pointed at), and a grid of reused cells.
// Nothing here asks the server; it hears of a view once it has rested (REST ms).

const REST = 300;
const SIDE = 40;   // px that the row numbers take

class Lens {
  constructor(root, message) {
    const { start, opening, grids } = unpack(message);
    this.view = { ...start };
    this.grids = grids;
    this.moved = start.row !== opening.row || start.col !== opening.col;   // has somebody pinned a place?
    this.node = html(MARKUP);
    root.replaceChildren(this.node);
    const find = (selector) => this.node.querySelector(selector);
    this.box = find(".picture"); this.canvas = find("canvas"); this.grid = find(".grid");
    this.pinned = find(".frame.pinned"); this.pointed = find(".frame.pointed");
    this.swatch = find(".swatch"); this.place = find(".place");
    this.light = find(".light").children; this.ink = find(".ink").children;
    this.rays = [...this.node.querySelectorAll(".rays line")];
    this.drawSoon = this.drawSoon.bind(this);
    this.arrived = ({ detail }) => detail === this.pictureId && this.take();
    window.addEventListener("cnnviz-pictures", this.arrived);
    this.sizes = new ResizeObserver(() => this.measure());
    for (const part of [this.node, this.box, this.grid]) this.sizes.observe(part);
    this.listen();
  }

  close() {
    window.removeEventListener("cnnviz-pictures", this.arrived);
    this.sizes.disconnect();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.resting);
  }

  show({ picture_id: pictureId, opening }) {
    if (pictureId === this.pictureId) return;
    this.pictureId = pictureId;
    this.opening = opening;
    this.take();
  }

  // A picture has arrived: keep a pinned place at the same part of it.
  take() {
    const picture = kept("Pictures", this.pictureId);
    if (!picture) return;
    const { height, width } = picture;
    if (this.picture && (this.picture.height !== height || this.picture.width !== width)) {
      const moved = { row: Math.floor(((this.view.row + 0.5) / this.picture.height) * height),
                      col: Math.floor(((this.view.col + 0.5) / this.picture.width) * width) };
      const { row, col } = this.moved ? moved : this.opening;
      Object.assign(this.view, { row, col });
      this.rest();
    }
    this.picture = picture;
    this.hover = null;
    this.canvas.width = width; this.canvas.height = height;
    this.box.style.setProperty("--shape", `${width} / ${height}`);
    this.box.style.setProperty("--ratio", width / height);
    this.box.setAttribute("aria-label", `Picture, ${height} rows and ${width} columns of pixels. ` +
      "Arrow keys move the pinned place by a pixel, with Shift by ten.");
    this.choose();
  }

  rgb(row, col) {
    const { bytes, width, channels } = this.picture, at = (row * width + col) * channels;
    return channels === 1 ? [bytes[at], bytes[at], bytes[at]] : [bytes[at], bytes[at + 1], bytes[at + 2]];
  }

  number(level) { return this.view.scale === "0-1" ? (level / 255).toFixed(3) : String(level); }

  // First row, first column, rows and columns of the grid: View.window in __init__.py.
  window({ row, col }) {
    const { height, width } = this.picture, [rows, cols] = this.cells;
    return [Math.min(Math.max(row - Math.floor(rows / 2), 0), height - rows),
            Math.min(Math.max(col - Math.floor(cols / 2), 0), width - cols), rows, cols];
  }

  // Channel, scale, grid or picture has changed: paint the picture, describe it, lay out the cells.
  choose() {
    const { view, picture: { height, width } } = this, { channel, scale } = view, three = channel === "rgb";
    for (const input of this.node.querySelectorAll("input")) {
      input.checked = input.value === (three && input.name === "grid" ? "8x8" : view[input.name]);
      if (input.name === "grid") input.disabled = three;   // three numbers a cell need the room of 8 x 8
    }
    this.node.classList.toggle("three", three);
    const paint = this.canvas.getContext("2d"), image = paint.createImageData(width, height);
    const [low, high, mean] = paintChannel(channel, this.picture, image.data);
    paint.putImageData(image, 0, 0);
    const depth = three ? 3 : 1, count = depth * height * width, print = (level) =>
      scale === "0-1" ? (level / 255).toFixed(3) : String(Math.round(level * 10) / 10);
    this.node.querySelector(".shape").innerHTML =
      `<b>(${depth}, ${height}, ${width})</b> <span>${depth} × ${height} × ${width} = ${count.toLocaleString("en")} numbers</span> ` +
      `<span>from ${print(low)} to ${print(high)}, mean ${print(mean)}</span>`;
    this.cells = this.grids[three ? "8x8" : view.grid].map((n, side) => Math.min(n, [height, width][side]));
    const [rows, cols] = this.cells;
    const ems = (three ? 0.8 : 0) + (scale === "0-1" ? 2.3 : 1.5);   // how wide the longest number is
    for (const [name, value] of Object.entries({ cols, rows, ems, lines: depth })) this.grid.style.setProperty(`--${name}`, value);
    const make = (kind, count) => Array.from({ length: count }, () => html(`<div class="${kind}"> </div>`));
    this.heads = make("head", cols); this.sides = make("side", rows); this.tiles = make("cell", rows * cols);
    this.grid.replaceChildren(html(`<div class="corner"></div>`), ...this.heads,
      ...this.sides.flatMap((side, row) => [side, ...this.tiles.slice(row * cols, (row + 1) * cols)]));
    this.shown = null;
    this.measure();
  }

  // Positions are read here only, so that no frame forces a layout.
  measure() {
    if (!this.cells) return;
    this.grid.style.setProperty("--cell", `${Math.floor((this.grid.clientWidth - SIDE) / this.cells[1]) - 1}px`);   // whole pixels: no seams
    const whole = this.node.getBoundingClientRect(), box = this.canvas.getBoundingClientRect();
    const from = this.sides[0].getBoundingClientRect(), to = this.tiles.at(-1).getBoundingClientRect();
    this.px = box.width / this.picture.width;
    this.canvas.classList.toggle("enlarged", this.px > 1);
    this.at = { left: box.left - whole.left, top: box.top - whole.top, x: from.left - whole.left,
                y: [from.top - whole.top, to.bottom - whole.top] };
    this.shown = null;
    this.drawSoon();
  }

  drawSoon() {
    this.frame ??= requestAnimationFrame(() => { this.frame = null; if (this.picture && this.at) this.draw(); });
  }

  draw() {
    const place = this.hover ?? this.view;
    this.outline(this.pinned, this.window(this.view), true);
    const window = this.window(place), [top, left, rows, cols] = window;
    this.outline(this.pointed, window, Boolean(this.hover));
    const right = this.at.left + (left + cols) * this.px;
    [[top, 0], [top + rows, 1]].forEach(([edge, side]) => {
      const line = this.rays[side];
      line.setAttribute("x1", right); line.setAttribute("y1", this.at.top + edge * this.px);
      line.setAttribute("x2", this.at.x); line.setAttribute("y2", this.at.y[side]);
    });
    const shown = `${place.row} ${place.col}`;
    if (shown === this.shown) return;
    this.shown = shown;
    this.heads.forEach((head, col) => { head.firstChild.data = left + col; });
    this.sides.forEach((side, row) => { side.firstChild.data = top + row; });
    const { channel } = this.view, three = channel === "rgb";
    this.tiles.forEach((tile, index) => {
      const row = top + Math.floor(index / cols), col = left + (index % cols), rgb = this.rgb(row, col);
      const [r, g, b] = paintOf(channel, rgb), numbers = levelsOf(channel, rgb).map((level) => this.number(level));
      tile.firstChild.data = three ? numbers.map((number, i) => `${"RGB"[i]} ${number}`).join("\n") : numbers[0];
      tile.style.background = `rgb(${r},${g},${b})`;
      tile.style.color = inkOn(r, g, b);
    });
    const here = this.tiles[(place.row - top) * cols + place.col - left];
    if (here !== this.here) { this.here?.classList.remove("here"); here.classList.add("here"); this.here = here; }
    this.describe(place);
  }

  outline(frame, [top, left, rows, cols], visible) {
    frame.style.visibility = visible ? "visible" : "hidden";
    frame.style.width = `${cols * this.px}px`; frame.style.height = `${rows * this.px}px`;
    frame.style.transform = `translate(${left * this.px}px, ${top * this.px}px)`;
  }

  // The one pixel in the middle, as light and as ink.
  describe({ row, col }) {
    const rgb = this.rgb(row, col), inks = cmykOf(...rgb);
    this.swatch.style.background = `rgb(${rgb})`;
    this.place.textContent = `Row ${row}, column ${col}`;
    [...rgb, greyOf(...rgb)].forEach((level, i) => {
      this.light[i].firstChild.data = `${["R", "G", "B", "grey"][i]} ${this.number(level)}`;
    });
    inks.forEach((part, i) => { this.ink[i].firstChild.data = `${"CMYK"[i]} ${Math.round(100 * part)} %`; });
  }

  speak() {
    const { row, col } = this.view, [top, left, rows, cols] = this.window(this.view);
    const numbers = levelsOf(this.view.channel, this.rgb(row, col)).map((level) => this.number(level)).join(", ");
    this.node.querySelector(".spoken").textContent = `Row ${row}, column ${col}: ${this.view.channel} ${numbers}`;
    this.grid.setAttribute("aria-label", `Pixel values, rows ${top} to ${top + rows - 1}, columns ${left} to ${left + cols - 1}`);
  }

  pin(row, col) {
    const { height, width } = this.picture;
    this.moved = true;
    this.view.row = Math.min(Math.max(row, 0), height - 1);
    this.view.col = Math.min(Math.max(col, 0), width - 1);
    this.drawSoon();
    this.rest();
  }

  rest() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => { this.speak(); this.send({ ...this.view }); }, REST);
  }

  listen() {
    const { box } = this;
    const place = ({ offsetX, offsetY }) => [offsetY, offsetX].map((offset, side) =>
      Math.min(Math.max(Math.floor(offset / this.px), 0), [this.picture.height, this.picture.width][side] - 1));
    this.canvas.onpointermove = (event) => {
      if (!this.picture) return;
      const [row, col] = place(event);
      this.hover = { row, col };
      this.drawSoon();
    };
    this.canvas.onpointerleave = () => { this.hover = null; this.drawSoon(); };
    this.canvas.onpointerup = (event) => {
      if (!this.picture) return;
      this.pin(...place(event));
      if (event.pointerType !== "mouse") { this.hover = null; }   // a finger leaves no pointer behind
    };
    box.onkeydown = (event) => {
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!step || !this.picture || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      this.hover = null;
      const by = event.shiftKey ? 10 : 1;
      this.pin(this.view.row + by * step[0], this.view.col + by * step[1]);
    };
    this.node.querySelector(".choices").onchange = ({ target }) => {
      this.view[target.name] = target.value;
      if (this.picture) this.choose();
      this.rest();
    };
  }
}

export default oneView(Lens, (lens, { data, setStateValue }) => {
  lens.send = (view) => setStateValue("view", view);
  lens.show(unpack(data));
});
