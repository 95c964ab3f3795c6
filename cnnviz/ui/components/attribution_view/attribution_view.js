// Maps of one picture in a grid: a row a class, a column a method. Pointing at a place, or walking there with the arrow keys,
// marks it in all maps and writes each map's number there. Nothing here asks the server.

const LEVELS = 32767;   // as in __init__.py
const SMALL = 64;       // pixels: up to here each pixel is a square on the screen
const escape = (text) => { const span = document.createElement("span"); span.textContent = text; return span.innerHTML; };

// Three significant digits, whatever the size of the numbers.
function threeDigits(value) {
  if (value === 0) return "0";
  const size = Math.abs(value), text = size >= 1e4 || size < 1e-3 ? size.toExponential(1) : size >= 100 ? size.toFixed(0)
    : size.toPrecision(3);
  return (value < 0 ? "−" : "") + text;
}

class Maps {
  constructor(root) {
    this.node = html(`<div class="maps"><div class="grid"></div><div class="spoken" aria-live="polite"></div></div>`);
    root.replaceChildren(this.node);
    this.grid = this.node.querySelector(".grid");
    this.place = null;
    this.grid.onpointermove = (event) => this.point(event);
    this.grid.onpointerleave = () => this.mark(null);
    this.grid.onkeydown = (event) => this.walk(event);
    this.grid.onfocusout = () => this.mark(null);
  }

  show(header) {
    const [palette, picture, ...maps] = header.blobs, [height, width] = header.shape;
    Object.assign(this, { palette, picture, height, width, over: header.over, panels: [] });
    this.grid.style.setProperty("--columns", header.heads.length);
    this.grid.style.setProperty("--shape", `${width} / ${height}`);
    const heads = header.heads.map(([name, unit]) => `<div class="head"><b>${escape(name)}</b><span>${escape(unit)}</span></div>`);
    this.grid.innerHTML = heads.join("") + header.rows.map(({ label, panels }, row) =>
      `<div class="class">${escape(label)}</div>` + panels.map((panel, column) => `
        <figure class="panel" aria-label="${escape(`${header.heads[column][0]} for ${label}`)}">
          <div class="map" ${panel.map ? 'tabindex="0"' : ""} data-panel="${row * panels.length + column}">
            ${panel.map ? `<canvas width="${width}" height="${height}" class="${Math.max(width, height) <= SMALL ? "square" : ""}"></canvas><div class="mark"></div>` : ""}
            ${panel.message ? `<div class="message">${escape(panel.message)}</div>` : ""}
          </div>
          <div class="scale">${panel.map && panel.largest ? `<span>${threeDigits(-panel.limit)}</span><i></i><span>${threeDigits(panel.limit)}</span>` : ""}</div>
          <figcaption><span class="note">${escape(panel.note)}</span><output></output></figcaption>
        </figure>`).join("")).join("");
    const boxes = [...this.grid.querySelectorAll(".panel")], stops = [];
    for (let i = 1; i < 256; i += 15) stops.push(`rgb(${palette.subarray(3 * i, 3 * i + 3).join()})`);
    this.grid.style.setProperty("--colours", `linear-gradient(90deg, ${stops.join()})`);
    let next = 0;
    header.rows.flatMap((row) => row.panels).forEach((panel, i) => {
      if (!panel.map) return;
      const bytes = maps[next++].slice();   // aligned to two bytes
      const levels = new Int16Array(bytes.buffer), box = boxes[i];
      const entry = { ...panel, levels, canvas: box.querySelector("canvas"), mark: box.querySelector(".mark"), box };
      this.paint(entry);
      this.panels.push(entry);
    });
    if (this.place && (this.place[0] >= height || this.place[1] >= width)) this.place = null;
    this.mark(this.place);
  }

  value(panel, row, col) { return (panel.levels[row * this.width + col] / LEVELS) * panel.largest; }

  // The picture beneath is dark to mid grey: no part of it looks like a colour of the scale. 127 steps to either side of the white in the middle, as paint() in cnnviz/figures/pictures.py.
  paint({ canvas, levels, largest, limit }) {
    const context = canvas.getContext("2d"), image = context.createImageData(this.width, this.height), { data } = image;
    for (let at = 0; at < levels.length; at++) {
      const share = Math.max(-1, Math.min(1, ((levels[at] / LEVELS) * largest) / limit));
      const index = 3 * Math.floor(share * 127 + 128.5), grey = this.picture[at], opaque = this.over ? Math.sqrt(Math.abs(share)) : 1;
      for (let i = 0; i < 3; i++) data[4 * at + i] = opaque * this.palette[index + i] + (1 - opaque) * (40 + 0.45 * grey);
      data[4 * at + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }

  point(event) {
    const canvas = event.target.closest?.(".map")?.querySelector("canvas");
    if (!canvas) return this.mark(null);
    const box = canvas.getBoundingClientRect(), inside = (part, side) => Math.max(0, Math.min(side - 1, Math.floor(part * side)));
    this.mark([inside((event.clientY - box.top) / box.height, this.height), inside((event.clientX - box.left) / box.width, this.width)]);
  }

  walk(event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey || !this.panels.length) return;
    event.preventDefault();
    const by = event.shiftKey ? 10 : 1, from = this.place ?? [this.height >> 1, this.width >> 1];
    this.mark([this.height, this.width].map((side, i) => Math.max(0, Math.min(side - 1, from[i] + by * step[i]))));
    this.node.querySelector(".spoken").textContent = `Row ${this.place[0]}, column ${this.place[1]}: ` + this.panels.map((panel) =>
      `${panel.box.getAttribute("aria-label")} ${threeDigits(this.value(panel, ...this.place))}`).join(", ");
  }

  mark(place) {
    this.place = place;
    this.grid.classList.toggle("reading", Boolean(place));
    for (const panel of this.panels) {
      const written = panel.box.querySelector("output");
      if (!place) { written.textContent = ""; continue; }
      const [row, col] = place;
      written.textContent = `(${row}, ${col}): ${threeDigits(this.value(panel, row, col))}`;
      Object.assign(panel.mark.style, { left: `${(100 * col) / this.width}%`, top: `${(100 * row) / this.height}%`,
        width: `${100 / this.width}%`, height: `${100 / this.height}%` });
    }
  }
}

export default oneView(Maps, (maps, { data }) => maps.show(unpack(data)));
