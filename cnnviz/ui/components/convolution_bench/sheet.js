// Where the grids stand, and how they are drawn: what never changes while stepping is drawn once, on a layer of its own.
const LARGEST_CELL = 64, READABLE_CELL = 21; // CSS px
const HEADING = 24, CHANNEL_LABEL = 17, BETWEEN_GRIDS = 14, BETWEEN_PARTS = 46;
const LENS_CELL = 28, LEAST_LENS_CELL = 15, BESIDE_KERNEL = 22, BETWEEN_LENS = 30, SMALL_PICTURE = 48, WIDE_HEAD = 190;
const LEAST_CELL = 15; // below it even a single grid is shown with its window enlarged

class Sheet {
  constructor(scene, width, height, out, channel, largestCell = LARGEST_CELL) {
    Object.assign(this, { scene, width, height, out, channel, largestCell });
    const kernels = scene.weights ? scene.ins(out) : [];
    const all = (count) => Array.from({ length: count }, (_, k) => k);
    this.parts = [
      { name: "input", grid: scene.input, channels: all(scene.input.channels), h: scene.input.height, w: scene.input.width },
      ...(kernels.length ? [{ name: "kernel", channels: kernels, h: scene.kernel[0], w: scene.kernel[1] }] : []),
      { name: "output", grid: scene.output, channels: all(scene.output.channels), h: scene.output.height, w: scene.output.width },
    ];
    this.lenses = []; // enlarged windows of the step: their numbers come and go, so they are drawn with the marks
    this.boxes = this.everything() || this.focused();
    const placed = [...this.boxes, ...this.lenses];
    const bounds = placed.reduce((b, x) => [Math.min(b[0], x.x), Math.max(b[1], x.x + x.w * x.cell), Math.max(b[2], x.y + x.h * x.cell)], [1e9, 0, 0]);
    const shift = Math.max(0, Math.floor((width - (bounds[1] - bounds[0])) / 2) - bounds[0]);
    for (const item of [...placed, ...this.signs]) item.x += shift;
    this.used = Math.ceil(bounds[2]) + 4;
    for (const box of placed) this.measure(box);
  }

  // All channels of all parts at one cell size, in the arrangement that leaves the cells largest; null if they get too small.
  everything() {
    let best = null;
    const options = this.parts.map((part) => part.channels.map((_, k) => k + 1).filter((columns) => Math.ceil(part.channels.length / columns) * columns - part.channels.length < columns));
    const walk = (k, columns) => {
      if (k < this.parts.length) { for (const c of options[k]) walk(k + 1, [...columns, c]); return; }
      const sizes = this.parts.map((part, i) => {
        const rows = Math.ceil(part.channels.length / columns[i]), label = part.channels.length > 1 ? CHANNEL_LABEL : 0;
        return { w: columns[i] * part.w, h: rows * part.h, px: (columns[i] - 1) * BETWEEN_GRIDS, py: rows * label + (rows - 1) * BETWEEN_GRIDS + HEADING };
      });
      const sum = (key) => sizes.reduce((total, s) => total + s[key], 0), gaps = (this.parts.length - 1) * BETWEEN_PARTS;
      const beside = Math.min((this.width - 8 - gaps - sum("px")) / sum("w"), ...sizes.map((s) => (this.height - 8 - s.py) / s.h));
      const below = Math.min((this.height - 8 - sum("py")) / sum("h"), ...sizes.map((s) => (this.width - 8 - s.px) / s.w));
      const cell = Math.min(this.largestCell, Math.max(beside, below));
      if (!best || cell > best.cell + 0.01) best = { cell, columns, sizes, below: below > beside + 0.01 };
    };
    walk(0, []);
    const single = this.parts.every((part) => part.name === "kernel" || part.channels.length === 1);
    if (best.cell < (single ? LEAST_CELL : READABLE_CELL) && !(single && this.scene.stamp)) return null;
    const cell = Math.max(2, Math.floor(best.cell)), boxes = [];
    this.signs = [];
    let x = 4, y = 0;
    const tallest = Math.max(...best.sizes.map((s) => s.h * cell + s.py));
    this.parts.forEach((part, i) => {
      const label = part.channels.length > 1 ? CHANNEL_LABEL : 0, size = best.sizes[i];
      const top = best.below ? y : Math.floor((tallest - size.h * cell - size.py) / 2);
      const left = best.below ? Math.floor((this.width - size.w * cell - size.px) / 2) : x;
      part.channels.forEach((channel, k) => {
        const column = k % best.columns[i], row = Math.floor(k / best.columns[i]);
        boxes.push({ part: part.name, channel, x: left + column * (part.w * cell + BETWEEN_GRIDS), y: top + HEADING + label + row * (part.h * cell + BETWEEN_GRIDS + label), cell, w: part.w, h: part.h, label: label > 0, main: true });
      });
      this.head(part, left, top + HEADING / 2 - 2, size.w * cell + size.px);
      if (i && !best.below) this.signs.push({ x: x - BETWEEN_PARTS / 2, y: HEADING + (tallest - HEADING) / 2, words: this.sign(part.name), size: 26, align: "center" });
      if (best.below) y += size.h * cell + size.py; else x += size.w * cell + size.px + BETWEEN_PARTS;
    });
    return boxes;
  }

  // Where not all fits at a readable size: one channel of each grid, all of them as small pictures under it, and between the
  // grids the window of the step beside the kernel, enlarged.
  focused() {
    const s = this.scene, height = this.height - HEADING - 6, boxes = [], [kh, kw] = s.kernel;
    const [input, output] = [this.parts[0], this.parts[this.parts.length - 1]], sides = [input, output];
    const columns = (s.stamp ? 0 : 1) + (s.weights ? 1 : 0), between = columns > 1 ? BESIDE_KERNEL : 0;
    const fitting = (count) => Math.floor(Math.min(LENS_CELL, (height - count * (CHANNEL_LABEL + 6)) / (count * kh), (this.width * 0.36 - between) / (columns * kw)));
    let middle = s.weights ? s.ins(this.out) : [this.channel];
    if (fitting(middle.length) < LEAST_LENS_CELL) middle = [middle.includes(this.channel) ? this.channel : middle[0]];
    const own = Math.max(3, fitting(middle.length)), wide = columns * kw * own + between;
    const narrow = (part, room) => Math.floor((room - 8 * (part.channels.length - 1)) / (part.channels.length * part.w));
    const small = (part, room = Infinity) => (part.channels.length > 1 ? Math.max(1, Math.min(Math.floor(SMALL_PICTURE / Math.max(part.w, part.h)), narrow(part, room))) : 0);
    const room = this.width - 8 - wide - 2 * BETWEEN_LENS;
    const cell = Math.max(2, Math.floor(Math.min(this.largestCell, room / (input.w + output.w), ...sides.map((part) => (height - (small(part) ? part.h * small(part) + 12 : 0)) / part.h))));
    const tallest = Math.max(input.h, output.h) * cell;
    this.signs = [];
    let x = 4;
    const side = (part, chosen) => {
      const main = { part: part.name, channel: chosen, x, y: HEADING, cell, w: part.w, h: part.h, main: true }, dot = small(part, part.w * cell);
      boxes.push(main);
      part.channels.forEach((channel, k) => { if (dot) boxes.push({ part: part.name, channel, x: x + k * (part.w * dot + 8), y: HEADING + part.h * cell + 10, cell: dot, w: part.w, h: part.h, main: false, chosen: channel === chosen }); });
      this.head(part, x, HEADING / 2 - 2, part.w * cell, part.channels.length > 1 ? `channel ${chosen}` : "");
      x += Math.max(part.w * cell, dot * (part.w * part.channels.length) + 8 * (part.channels.length - 1) * Math.sign(dot));
    };
    side(input, this.channel);
    x += BETWEEN_LENS;
    const label = middle.length > 1 || input.channels.length > 1 ? CHANNEL_LABEL : 0, step = kh * own + label + 6;
    const top = HEADING + Math.max(0, Math.floor((Math.max(tallest, middle.length * step) - middle.length * step) / 2));
    middle.forEach((channel, k) => {
      const y = top + label + k * step, right = x + (s.stamp ? 0 : kw * own + between), at = { channel, y, cell: own, w: kw, h: kh, label: label > 0 };
      if (!s.stamp) this.lenses.push({ ...at, part: "input", x });
      if (s.weights) boxes.push({ ...at, part: "kernel", x: right, main: true });
      if (between) this.signs.push({ x: x + kw * own + between / 2, y: y + (kh * own) / 2, words: "∗", size: 18, align: "center" });
    });
    const words = [s.stamp ? "" : "Window", s.weights ? `${s.stamp ? "Kernel" : "kernel"}${s.output.channels > 1 ? ` ${this.out}` : ""}` : ""].filter(Boolean).join(" ∗ ");
    this.signs.push({ x: x + wide / 2, y: HEADING / 2 - 2, words, size: 14.5, align: "center", head: true });
    x += wide + BETWEEN_LENS;
    this.signs.push({ x: x - BETWEEN_LENS / 2, y: HEADING + tallest / 2, words: s.weights ? "=" : "→", size: 24, align: "center" });
    side(output, this.out);
    return boxes;
  }

  sign(name) { return name === "kernel" ? (this.scene.stamp ? "×" : "∗") : this.parts.length === 3 ? "=" : "→"; }
  head(part, x, y, width, more = "") {
    const s = this.scene, size = s.oneDimensional ? `${part.w}` : `${part.h}×${part.w}`;
    const padded = s.axes.some((axis) => axis.roles.some((role) => role !== "inside"));
    let words = {
      input: s.flipped ? "Stretched input" : padded ? "Padded input" : "Input",
      kernel: (s.flipped ? "Flipped kernel" : "Kernel") + (s.output.channels > 1 ? ` ${this.out},` : ""),
      output: "Output",
    }[part.name];
    if (more && width < WIDE_HEAD) words = part.name === "input" ? "Input" : "Output"; // a narrow grid has no room for more
    words += more ? `, ${more}${width < WIDE_HEAD ? "" : `, ${size}`}` : ` ${size}`;
    if (part.name === "output" && s.crop.some(Boolean)) words += " before cropping";
    this.signs.push({ x: x + width / 2, y, words, size: 14.5, align: "center", head: true });
  }

  box(part, channel) { return this.boxes.find((b) => b.part === part && b.channel === channel && b.main) || null; }
  boxesOf(part, channel) { return this.boxes.filter((b) => b.part === part && b.channel === channel); }
  hit(x, y) {
    for (const box of this.boxes) {
      const row = Math.floor((y - box.y) / box.cell), col = Math.floor((x - box.x) / box.cell);
      if (row >= 0 && col >= 0 && row < box.h && col < box.w) return { part: box.part, channel: box.channel, row, col, main: box.main };
    }
    return null;
  }
  value(box, row, col) {
    const s = this.scene;
    if (box.part === "kernel") return s.weight(this.out, box.channel, row * s.kernel[1] + col);
    return (box.part === "input" ? s.input : s.output).at(box.channel, row, col);
  }
  // One size of type for all cells of a grid, from its longest number.
  measure(box) {
    box.type = 0;
    if (box.cell < 12) return; // no number could be read in it
    const decimals = box.cell >= 40 ? 2 : 1;
    let longest = 1;
    const [h, w] = this.lenses.includes(box) ? [this.scene.input.height, this.scene.input.width] : [box.h, box.w];
    for (let r = 0; r < h; r++) for (let c = 0; c < w; c++) longest = Math.max(longest, numeral(this.value(box, r, c), decimals).length);
    box.decimals = decimals;
    box.type = Math.min(box.cell * 0.56, (box.cell * 0.9) / (longest * 0.57), Math.max(26, box.cell * 0.42));
    if (box.type < 6.5) box.type = 0;
  }

  largest(part) {
    this.maxima ||= {};
    if (!(part in this.maxima)) {
      const values = part === "kernel" ? this.scene.weights : this.scene[part].values;
      this.maxima[part] = values.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 0);
    }
    return this.maxima[part];
  }

  cell(pen, paint, box, row, col, value, { text, muted, italic, plain } = {}) {
    const x = box.x + col * box.cell, y = box.y + row * box.cell;
    const colours = plain ? { fill: paint.mix(paint.ink, 0.03), text: paint.muted } : paint.cell(value, this.largest(box.part));
    const small = box.cell < 8;
    pen.rect(x, y, box.cell, box.cell, { fill: colours.fill, stroke: small ? null : muted ? paint.faint : paint.line, width: 1, dash: muted ? [3, 3] : null });
    if (box.type) pen.text(x + box.cell / 2, y + box.cell / 2, text ?? numeral(value, box.decimals), { size: box.type, fill: muted ? paint.muted : colours.text, italic });
  }

  hatch(pen, paint, box, row, col) {
    const x = box.x + col * box.cell, y = box.y + row * box.cell, n = box.cell;
    for (let k = 0.25; k < 2; k += 0.25) {
      const a = Math.min(k, 1), b = Math.max(0, k - 1);
      pen.line(x + b * n, y + a * n, x + a * n, y + b * n, { stroke: paint.line, width: 1 });
    }
  }

  // Input, kernels, headings, empty output cells.
  still(pen, paint) {
    const s = this.scene;
    for (const box of this.boxes) {
      const live = s.ins(this.out).includes(box.channel);
      for (let r = 0; r < box.h; r++) for (let c = 0; c < box.w; c++) {
        if (box.part === "output") {
          pen.rect(box.x + c * box.cell, box.y + r * box.cell, box.cell, box.cell, { stroke: box.cell < 8 ? null : paint.faint, fill: paint.mix(paint.ink, 0.025) });
          if (s.cropped(r, c)) this.hatch(pen, paint, box, r, c);
          continue;
        }
        const value = this.value(box, r, c);
        if (box.part === "kernel") { this.cell(pen, paint, box, r, c, value); continue; }
        const role = s.role(r, c);
        this.cell(pen, paint, box, r, c, value, { muted: role !== "inside", plain: role !== "inside" && (value === 0 || !Number.isFinite(value)) });
        if (s.unread(r, c)) this.hatch(pen, paint, box, r, c);
      }
      if (box.part === "input") this.outline(pen, paint, box);
      if (box.label) pen.text(box.x, box.y - CHANNEL_LABEL / 2, box.part === "kernel" ? (this.lenses.length ? "" : `for channel ${box.channel}`) : `channel ${box.channel}`, { size: 12, fill: paint.muted, align: "left" });
      if (box.part === "input" && !live && s.weights) pen.rect(box.x, box.y, box.w * box.cell, box.h * box.cell, { fill: paint.dark ? "rgba(15,21,28,0.6)" : "rgba(255,255,255,0.65)" });
      if (!box.main) pen.rect(box.x - 1, box.y - 1, box.w * box.cell + 2, box.h * box.cell + 2, box.chosen ? { stroke: paint.accentText, width: 2 } : { stroke: paint.line });
    }
    for (const sign of this.signs) pen.text(sign.x, sign.y, sign.words, { size: sign.size, fill: sign.head ? paint.inkText : paint.muted, align: sign.align, weight: sign.head ? 600 : 400 });
  }

  // The numbers of a window, enlarged: what its taps read from the place that is stepped to.
  enlarge(pen, paint, lens, place) {
    const s = this.scene;
    for (let t = 0; t < s.taps; t++) {
      const [i, j] = s.tap(t), at = s.target(place, [i, j]), role = s.role(...at), value = s.input.has(...at) ? s.input.at(lens.channel, ...at) : NaN;
      this.cell(pen, paint, lens, i, j, value, { muted: role !== "inside", plain: role !== "inside" && (value === 0 || !Number.isFinite(value)), ...(Number.isNaN(value) ? { text: "" } : {}) });
    }
    pen.rect(lens.x, lens.y, lens.w * lens.cell, lens.h * lens.cell, { stroke: paint.accentText, width: 3 });
    if (lens.label) pen.text(lens.x, lens.y - CHANNEL_LABEL / 2, `channel ${lens.channel}`, { size: 12, fill: paint.muted, align: "left" });
  }

  // The border between the input and its padding.
  outline(pen, paint, box) {
    const inside = this.scene.axes.map((axis) => [axis.roles.indexOf("inside"), axis.roles.lastIndexOf("inside")]);
    if (this.scene.flipped || inside.some(([first]) => first < 0)) return;
    const [[top, bottom], [left, right]] = inside;
    if (top === 0 && left === 0 && bottom === box.h - 1 && right === box.w - 1) return;
    pen.rect(box.x + left * box.cell, box.y + top * box.cell, (right - left + 1) * box.cell, (bottom - top + 1) * box.cell, { stroke: paint.mix(paint.ink, 0.7), width: box.cell < 8 ? 1 : 2 });
  }
}
