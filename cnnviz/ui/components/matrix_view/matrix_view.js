// Four blocks of cells: the input, the kernels, the matrix and the output. Hovering one marks what belongs to it in the others.
class MatrixPicture {
  constructor(root) {
    this.root = root;
    this.desk = new Desk(root, `<div class="counts"></div><div class="matrix" tabindex="0" role="application" aria-label="Matrix of the convolution: arrow keys walk through its entries"><canvas></canvas><div class="says" aria-live="polite"></div></div>`);
    this.counts = root.querySelector(".counts");
    this.area = root.querySelector(".matrix");
    this.canvas = root.querySelector("canvas");
    this.says = root.querySelector(".says");
    this.still = document.createElement("canvas");
    this.count = 0;
    this.canvas.onpointermove = (event) => this.point(this.hit(event));
    this.canvas.onpointerleave = () => this.point(null);
    this.area.onkeydown = (event) => this.key(event);
    this.sizes = new ResizeObserver(() => { if (this.area.clientWidth !== this.width) this.layout(); });
    this.sizes.observe(this.area);
  }
  close() { this.desk.close(); this.sizes.disconnect(); cancelAnimationFrame(this.frame); }

  load(message, send) {
    if (message === this.message && Paint.theme(this.root) === this.theme) return; // called again for its state
    if (message !== this.message) {
      this.message = message;
      const header = unpack(message);
      this.desk.load(header.desk, send);
      this.counts.innerHTML = header.caption;
      this.area.hidden = !header.entries;
      this.root.dataset.drawn = ++this.count;
      if (this.area.hidden) return;
      const floats = (d) => new Float32Array(header.blobs[d.blob].slice().buffer);
      Object.assign(this, { form: header.form, header, at: null });
      this.blocks = {
        entries: { values: floats(header.entries), shape: [1, ...header.entries.shape] },
        input: { values: floats(header.input), shape: header.input.shape },
        kernels: { values: floats(header.kernels), shape: [header.kernels.shape[0] * header.kernels.shape[1], ...header.kernels.shape.slice(2)] },
        output: { values: floats(header.output), shape: header.output.shape },
      };
      this.parts = new Int32Array(header.blobs[header.parts.blob].slice().buffer);
      [, this.rows, this.columns] = this.blocks.entries.shape;
      for (const block of Object.values(this.blocks)) block.largest = block.values.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    }
    this.layout();
  }

  // The kernels of one output channel stand beside one another.
  across(name) { return name === "kernels" ? this.header.kernels.shape[1] : 1; }

  // Grids of one block below one another; the matrix in the middle takes what is left.
  layout() {
    this.theme = Paint.theme(this.root);
    this.width = this.area.clientWidth;
    if (!this.blocks || this.area.hidden || this.width < 100) return;
    const { height } = this.header, top = 24, between = 10, gap = 34;
    const down = (name) => Math.ceil(this.blocks[name].shape[0] / this.across(name));
    const tall = (name, cell) => down(name) * this.blocks[name].shape[1] * cell + (down(name) - 1) * between;
    const wide = (name, cell) => this.across(name) * this.blocks[name].shape[2] * cell + (this.across(name) - 1) * between;
    const sideWidth = Math.min(0.24 * this.width, 300);
    const fit = (name, room) => { const [, h, w] = this.blocks[name].shape, n = down(name), m = this.across(name); return Math.max(2, Math.floor(Math.min(34, (sideWidth - (m - 1) * between) / (m * w), (room - (n - 1) * between) / (n * h)))); };
    const half = (height - 3 * top) * 0.62;
    const cells = { input: fit("input", half), kernels: fit("kernels", height - 3 * top - half), output: fit("output", height - 2 * top) };
    cells.kernels = Math.min(cells.kernels, Math.max(cells.input, 18));
    const left = Math.max(wide("input", cells.input), wide("kernels", cells.kernels), 90), right = Math.max(wide("output", cells.output), 70);
    const room = this.width - left - right - 2 * gap - 8;
    cells.entries = Math.max(1, Math.min(34, Math.floor(Math.min(room / this.columns, (height - top - 4) / this.rows) * 4) / 4));
    if (cells.entries > 3) cells.entries = Math.floor(cells.entries);
    const used = Math.max(this.rows * cells.entries, tall("input", cells.input) + top + tall("kernels", cells.kernels), tall("output", cells.output)) + top + 6;
    const start = 4;
    this.boxes = [];
    const place = (name, x, y) => {
      const [n, h, w] = this.blocks[name].shape, across = this.across(name), cell = cells[name];
      for (let k = 0; k < n; k++) this.boxes.push({ name, x: x + (k % across) * (w * cell + between), y: y + Math.floor(k / across) * (h * cell + between), cell, h, w, offset: k * h * w });
    };
    const inputTop = top, kernelTop = inputTop + tall("input", cells.input) + top;
    place("input", start, inputTop);
    place("kernels", start, kernelTop);
    place("entries", start + left + gap, top);
    place("output", start + left + 2 * gap + this.columns * cells.entries, top);
    const names = { patches: ["Input", "Kernel", "Patches, one a row", "Output"], matrix: ["Input x", "Kernel", "W", "Output W x"], transpose: ["y", "Kernel", "Wᵀ", "Wᵀ y"] }[this.form];
    this.heads = ["input", "kernels", "entries", "output"].map((name, k) => { const box = this.boxes.find((b) => b.name === name); return { x: box.x, y: box.y - 11, words: name === "entries" ? `${names[k]}  ${this.rows}×${this.columns}` : names[k] }; });
    this.height = used;
    this.ratio = Math.max(1, window.devicePixelRatio || 1);
    this.paint = new Paint(this.area, this.header.colours);
    for (const canvas of [this.canvas, this.still]) { canvas.width = Math.round(this.width * this.ratio); canvas.height = Math.round(used * this.ratio); }
    this.canvas.style.width = `${this.width}px`; this.canvas.style.height = `${used}px`;
    this.drawStill();
    this.redraw(true);
  }

  pen(canvas) { const context = canvas.getContext("2d"); context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0); return new CanvasPen(context, this.paint.font); }
  drawStill() {
    const pen = this.pen(this.still);
    for (const box of this.boxes) {
      const { values, largest } = this.blocks[box.name], decimals = box.cell >= 30 ? 2 : 1;
      let longest = 1;
      for (let k = 0; k < box.h * box.w; k++) longest = Math.max(longest, numeral(values[box.offset + k], decimals).length);
      const size = Math.min(box.cell * 0.56, (box.cell * 0.92) / (longest * 0.57), 20);
      for (let k = 0; k < box.h * box.w; k++) {
        const x = box.x + (k % box.w) * box.cell, y = box.y + Math.floor(k / box.w) * box.cell, value = values[box.offset + k];
        const empty = box.name === "entries" && this.parts[k] === -1;
        const colours = empty ? { fill: this.paint.mix(this.paint.ink, 0.035), text: this.paint.mix(this.paint.ink, 0.3) } : this.paint.cell(value, largest);
        pen.rect(x, y, box.cell, box.cell, { fill: colours.fill, stroke: box.cell >= 9 ? (empty ? this.paint.faint : this.paint.line) : null });
        if (size >= 6.5) pen.text(x + box.cell / 2, y + box.cell / 2, empty ? "·" : numeral(value, decimals), { size, fill: colours.text });
      }
      pen.rect(box.x, box.y, box.w * box.cell, box.h * box.cell, { stroke: this.paint.line });
    }
    for (const head of this.heads) pen.text(head.x, head.y, head.words, { size: 14.5, fill: this.paint.inkText, align: "left", weight: 600 });
  }

  hit(event) {
    const bounds = this.canvas.getBoundingClientRect(), x = event.clientX - bounds.left, y = event.clientY - bounds.top;
    for (const box of this.boxes || []) {
      const row = Math.floor((y - box.y) / box.cell), col = Math.floor((x - box.x) / box.cell);
      if (row >= 0 && col >= 0 && row < box.h && col < box.w) return { name: box.name, flat: box.offset + row * box.w + col };
    }
    return null;
  }
  point(at) { if (at?.name !== this.at?.name || at?.flat !== this.at?.flat) { this.at = at; this.redraw(); } }
  key(event) {
    const move = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns }[event.key];
    if (!move) return;
    event.preventDefault();
    const flat = this.at?.name === "entries" ? this.at.flat + move : 0;
    if (flat >= 0 && flat < this.rows * this.columns) this.point({ name: "entries", flat });
  }

  // What belongs to the hovered cell: cells of each block, and the rows and columns of the matrix that they stand for.
  linked() {
    const { at, rows, columns, parts, form } = this, found = { input: new Set(), kernels: new Set(), output: new Set(), entries: new Set(), rows: new Set(), columns: new Set() };
    if (!at) return found;
    const cells = (test) => { for (let k = 0; k < rows * columns; k++) if (test(k)) found.entries.add(k); };
    const [columnBlock, partBlock] = form === "patches" ? ["kernels", "input"] : ["input", "kernels"];
    found[at.name].add(at.flat);
    if (at.name === "entries") {
      const row = Math.floor(at.flat / columns), part = parts[at.flat];
      found.rows.add(row); found.columns.add(at.flat % columns);
      found.output.add(row); found[columnBlock].add(at.flat % columns);
      if (part >= 0) { found[partBlock].add(part); if (form !== "patches") cells((k) => parts[k] === part); }
    } else if (at.name === "output") {
      found.rows.add(at.flat);
      for (let c = 0; c < columns; c++) { const part = parts[at.flat * columns + c]; if (part !== -1) { found[columnBlock].add(c); if (part >= 0) found[partBlock].add(part); } }
    } else if (at.name === columnBlock) {
      found.columns.add(at.flat);
      for (let r = 0; r < rows; r++) { const part = parts[r * columns + at.flat]; if (part !== -1) { found.output.add(r); if (part >= 0) found[partBlock].add(part); } }
    } else {
      cells((k) => parts[k] === at.flat);
      for (const k of found.entries) { found.output.add(Math.floor(k / columns)); found[columnBlock].add(k % columns); }
    }
    return found;
  }

  redraw(now = false) {
    if (now) { this.draw(); return; }
    this.frame ||= requestAnimationFrame(() => { this.frame = 0; this.draw(); });
  }
  draw() {
    const context = this.canvas.getContext("2d"), pen = this.pen(this.canvas);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.drawImage(this.still, 0, 0);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    const found = this.linked(), matrix = this.boxes.find((b) => b.name === "entries");
    const strong = { stroke: this.paint.accentText, width: 2.5 }, soft = { stroke: this.paint.second, width: 2 };
    for (const box of this.boxes) for (const flat of found[box.name]) {
      const k = flat - box.offset;
      if (k < 0 || k >= box.h * box.w) continue;
      const own = this.at && box.name === this.at.name && flat === this.at.flat;
      const style = own ? strong : box.cell < 5 ? { fill: this.paint.second } : soft;
      pen.rect(box.x + (k % box.w) * box.cell, box.y + Math.floor(k / box.w) * box.cell, box.cell, box.cell, style);
    }
    const line = { stroke: this.paint.accentText, width: 2 };
    for (const row of found.rows) pen.rect(matrix.x, matrix.y + row * matrix.cell, matrix.w * matrix.cell, matrix.cell, line);
    for (const column of found.columns) pen.rect(matrix.x + column * matrix.cell, matrix.y, matrix.cell, matrix.h * matrix.cell, line);
    const words = this.words(found);
    if (words !== this.said) { this.says.innerHTML = words; this.said = words; }
  }

  name(block, flat) {
    const [n, h, w] = this.blocks[block].shape, channel = Math.floor(flat / (h * w)), row = Math.floor((flat % (h * w)) / w), col = flat % w;
    const spot = this.header.oneDimensional ? `(${col})` : `(${row}, ${col})`;
    return `${n > 1 ? `${block === "kernels" ? "kernel" : "channel"} ${channel} ` : ""}${spot}`;
  }
  words(found) {
    const { at, form, columns, parts } = this;
    if (!at) return form === "patches" ? "Hover a row: it is the window of one output place. Hover a column: it is what one weight meets." : "Hover a row, a column or an entry of the matrix, or a cell of a grid.";
    const value = (name, flat) => numeral(this.blocks[name].values[flat]);
    const [inName, outName] = form === "transpose" ? ["y", "result"] : ["input", "output"];
    if (at.name === "entries") {
      const row = Math.floor(at.flat / columns), column = at.flat % columns, part = parts[at.flat];
      if (form === "patches") return `Row ${row} is the window of output ${this.name("output", row)}; column ${column} meets weight ${this.name("kernels", column)} = ${value("kernels", column)}. The entry is ${part >= 0 ? `input ${this.name("input", part)} = ${value("input", part)}` : "padding, 0"}.`;
      const link = `Row ${row} makes ${outName} ${this.name("output", row)}, column ${column} reads ${inName} ${this.name("input", column)}: `;
      if (part === -1) return `${link}no weight joins them, so the entry is always 0.`;
      if (part === -2) return `${link}several weights, through copies in the border, add up to ${value("entries", at.flat)}.`;
      return `${link}weight ${this.name("kernels", part)} = ${value("kernels", part)}, which stands in ${found.entries.size} entries.`;
    }
    if (at.name === "output") return `${outName[0].toUpperCase()}${outName.slice(1)} ${this.name("output", at.flat)} = ${value("output", at.flat)}: row ${at.flat} of the matrix, ${found[form === "patches" ? "kernels" : "input"].size} terms.`;
    if (at.name === "kernels") return `Weight ${this.name("kernels", at.flat)} = ${value("kernels", at.flat)} ${form === "patches" ? `multiplies column ${at.flat}` : `stands in ${found.entries.size} entries: it is shared`}.`;
    return `${inName[0].toUpperCase()}${inName.slice(1)} ${this.name("input", at.flat)} = ${value("input", at.flat)} ${form === "patches" ? `stands in ${found.entries.size} patches` : `meets column ${at.flat} and feeds ${found.output.size} places`}.`;
  }
}

export default oneView(MatrixPicture, (picture, { data, setStateValue, setTriggerValue }) =>
  picture.load(data, (name, value) => (name === "way" ? setTriggerValue : setStateValue)(name, value)));
