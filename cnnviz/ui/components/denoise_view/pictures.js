// The pictures in columns, each over its difference from the clean one and its errors; the pointer reads a pixel in all of them.

const SIDE = 28, DEEP = 65535;
const ERRORS = [["squared error", 4], ["BCE, nats", 1]];
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

class Pictures {
  constructor() {
    this.element = html(`<section class="pictures"><div class="grid"></div><p class="reading" aria-live="polite"></p></section>`);
    [this.grid, this.reading] = this.element.children;
    this.at = null;
    this.grid.onpointerleave = () => this.read(null);
    this.grid.onkeydown = (event) => {
      const step = STEPS[event.key], inside = (place) => Math.min(SIDE - 1, Math.max(0, place));
      if (!step || event.target.tagName !== "CANVAS") return;
      event.preventDefault();
      const from = this.at ?? [SIDE / 2, SIDE / 2];
      this.read([inside(from[0] + step[0]), inside(from[1] + step[1])]);
    };
  }

  build(columns) {
    const names = columns.map(({ title }) => title).join("|");
    if (names === this.names) return;
    this.names = names;
    const cell = (kind, text = "") => Object.assign(document.createElement("div"), { className: kind, textContent: text });
    const rows = [[cell("head"), ...columns.map(({ title, colour }) => {
      const head = cell("head", title);
      head.style.setProperty("--colour", colour || "transparent");
      return head;
    })]];
    for (const kind of ["picture", "difference"]) {
      rows.push([cell("side", kind === "picture" ? "" : "difference from clean"), ...columns.map(({ title }, k) => {
        const place = cell(`place ${kind}`), canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
        canvas.setAttribute("role", "img");
        canvas.setAttribute("aria-label", kind === "picture" ? title : `${title}: difference from the clean picture`);
        if (kind === "difference" && !k) return cell("place");
        if (kind === "picture" && !k) canvas.tabIndex = 0;
        canvas.onpointermove = ({ offsetX, offsetY }) => {
          const place = [offsetY, offsetX].map((offset) => Math.floor((offset / canvas.clientWidth) * SIDE));
          if (place.every((value) => value >= 0 && value < SIDE)) this.read(place);
        };
        place.append(canvas, html(`<i class="pixel" hidden></i>`));
        if (kind === "picture" && k === 1) place.append(html(`<i class="box" hidden></i>`));
        return place;
      })]);
    }
    for (const [title] of ERRORS) rows.push([cell("side", title), ...columns.map(() => cell("number"))]);
    this.grid.style.setProperty("--columns", columns.length);
    this.grid.replaceChildren(...rows.flat());
    this.numbers = rows.slice(3).map((row) => row.slice(1));
    this.pens = rows.slice(1, 3).map((row) => row.slice(1).map((place) => place.querySelector("canvas")?.getContext("2d")));
    this.marks = [...this.grid.querySelectorAll(".pixel")];
    this.box = this.grid.querySelector(".box");
  }

  // values: Float64Array per column, in [0, 1]
  show({ columns, box, blobs: [palette, pixels] }) {
    this.build(columns);
    const levels = new Uint16Array(pixels.slice().buffer);
    this.values = columns.map((_, k) => Float64Array.from(levels.subarray(k * SIDE * SIDE, (k + 1) * SIDE * SIDE), (level) => level / DEEP));
    const image = new ImageData(SIDE, SIDE), out = new Uint32Array(image.data.buffer);
    this.values.forEach((values, k) => {
      values.forEach((value, p) => { out[p] = 0xff000000 | (Math.round(255 * value) * 0x10101); });
      this.pens[0][k].putImageData(image, 0, 0);
      if (!k) return;
      values.forEach((value, p) => {
        const at = 3 * (128 + Math.round(127 * (value - this.values[0][p])));
        out[p] = 0xff000000 | (palette[at + 2] << 16) | (palette[at + 1] << 8) | palette[at];
      });
      this.pens[1][k].putImageData(image, 0, 0);
    });
    ERRORS.forEach(([, decimals], row) => {
      const own = columns.map(({ own }) => own[row]), best = Math.min(...own.filter(Number.isFinite));
      this.numbers[row].forEach((cell, k) => {
        cell.textContent = own[k] === null ? "" : Number.isFinite(own[k]) ? fixed(own[k], decimals) : own[k];
        cell.classList.toggle("best", own[k] === best);
      });
    });
    this.box.hidden = !box || !box[2];
    if (box) {
      const share = (value) => `${(100 * value) / SIDE}%`, [row, column, side] = box;
      Object.assign(this.box.style, { top: share(row), left: share(column), width: share(side), height: share(side) });
    }
    this.columns = columns;
    this.read(this.at);
  }

  read(at) {
    this.at = at;
    for (const mark of this.marks) {
      mark.hidden = !at;
      if (at) Object.assign(mark.style, { top: `${(100 * at[0]) / SIDE}%`, left: `${(100 * at[1]) / SIDE}%` });
    }
    this.reading.textContent = at
      ? `Row ${at[0]}, column ${at[1]}: ` + this.columns.map(({ title }, k) => `${title} ${fixed(this.values[k][at[0] * SIDE + at[1]], 3)}`).join(", ")
      : "Blue: darker than the clean picture; orange: brighter. Point at a pixel to read it.";
  }

  // All pictures under their titles, as a file.
  save(name) {
    const times = 6, [side, gap, head] = [SIDE * times, 8, 22], canvas = document.createElement("canvas");
    Object.assign(canvas, { width: this.columns.length * (side + gap) - gap, height: head + 2 * side + gap });
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    Object.assign(pen, { imageSmoothingEnabled: false, fillStyle: "#16202b", font: "14px sans-serif" });
    this.columns.forEach(({ title }, k) => {
      pen.fillText(title, k * (side + gap), 15, side);
      this.pens.forEach((row, r) => row[k] && pen.drawImage(row[k].canvas, k * (side + gap), head + r * (side + gap), side, side));
    });
    canvas.toBlob((blob) => saveFile(blob, name));
  }
}
