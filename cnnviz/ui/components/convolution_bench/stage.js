// What changes while stepping and hovering: values that appear, windows, marks. Drawn over the still layer, at most once a frame.

class Stage {
  constructor(canvas) {
    this.canvas = canvas;
    this.still = document.createElement("canvas");
    this.values = document.createElement("canvas");
  }

  // A new scene, size, channel or theme: draw the still layer again.
  set(scene, width, height, out, channel, paint, largestCell) {
    this.ratio = Math.max(1, window.devicePixelRatio || 1);
    this.sheet = new Sheet(scene, width, height, out, channel, largestCell);
    this.paint = paint;
    this.width = width;
    this.height = this.sheet.used;
    for (const canvas of [this.canvas, this.still, this.values]) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(this.height * this.ratio);
    }
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${this.height}px`;
    this.sheet.still(this.pen(this.still), paint);
    this.shown = new Map();
  }
  pen(canvas) {
    const context = canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return new CanvasPen(context, this.paint.font);
  }

  // What an output cell shows now: {key, text, value, plain, italic, waiting} or null for blank. `view` is the state of main.js.
  content(view, out, row, col) {
    const scene = this.sheet.scene;
    if (scene.stamp) {
      const { keys, sums } = scene.history(out, row, col), now = view.walk.step();
      if (view.prediction.hidesStamp(scene, view.walk.place, keys)) return { value: 0, text: "?", plain: true, key: "?" };
      let count = 0;
      while (count < keys.length && keys[count] <= now) count++;
      if (!count && !scene.bias) return null;
      const final = count === keys.length, value = sums[count];
      return { value, italic: !final && count > 0, waiting: !count, key: `${count}` };
    }
    const index = row * scene.steps.width + col;
    if (index > view.walk.place) return null;
    if (view.prediction.hides(index)) return index === view.walk.place ? { value: 0, text: "?", plain: true, key: "?" } : null;
    if (index === view.walk.place && view.walk.slow && !view.walk.done()) return { value: view.walk.partial(out), italic: true, key: `t${view.walk.tap}` };
    return { value: scene.output.at(out, row, col), key: "v" };
  }

  // Bring the layer of output values up to date, cell by cell, only where something changed.
  refresh(view) {
    const sheet = this.sheet, pen = this.pen(this.values), inset = 0.5;
    for (const box of sheet.boxes) {
      if (box.part !== "output") continue;
      const drawn = this.shown.get(box) || this.shown.set(box, new Array(box.h * box.w).fill("")).get(box);
      for (let r = 0, k = 0; r < box.h; r++) for (let c = 0; c < box.w; c++, k++) {
        const content = this.content(view, box.channel, r, c), key = content ? content.key : "";
        if (drawn[k] === key) continue;
        drawn[k] = key;
        pen.context.clearRect(box.x + c * box.cell - inset, box.y + r * box.cell - inset, box.cell + 2 * inset, box.cell + 2 * inset);
        if (content) this.sheet.cell(pen, this.paint, box, r, c, content.value, { ...content, muted: content.waiting || sheet.scene.cropped(r, c) });
      }
    }
  }

  draw(view) {
    if (!this.sheet) return;
    this.refresh(view);
    const context = this.canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.drawImage(this.still, 0, 0);
    context.drawImage(this.values, 0, 0);
    this.marks(this.pen(this.canvas), view);
  }

  // The same picture as SVG: everything is drawn once more with the other pen.
  svg(view, lines) {
    const pen = new SvgPen(this.width, this.height + 22 * lines.length, this.paint.font, Paint.text(this.paint.background));
    this.sheet.still(pen, this.paint);
    for (const box of this.sheet.boxes) if (box.part === "output") for (let r = 0; r < box.h; r++) for (let c = 0; c < box.w; c++) {
      const content = this.content(view, box.channel, r, c);
      if (content) this.sheet.cell(pen, this.paint, box, r, c, content.value, { ...content, muted: content.waiting || this.sheet.scene.cropped(r, c) });
    }
    this.marks(pen, view);
    lines.forEach((line, k) => pen.text(6, this.height + 12 + 22 * k, line, { size: 14, fill: this.paint.inkText, align: "left" }));
    return pen.end();
  }

  frame(pen, box, row, col, rows, cols, style) {
    if (box) pen.rect(box.x + col * box.cell, box.y + row * box.cell, cols * box.cell, rows * box.cell, style);
  }

  marks(pen, view) {
    const { scene } = this.sheet, hover = view.hover;
    if (scene.crop.some(Boolean)) {
      const [top, bottom, left, right] = scene.crop;
      for (const box of this.sheet.boxes) if (box.part === "output") this.frame(pen, box, top, left, box.h - top - bottom, box.w - left - right, { stroke: this.paint.mix(this.paint.ink, 0.7), width: box.main ? 2 : 1 });
    }
    const strong = { stroke: this.paint.accentText, width: 3 }, tint = (share) => ({ fill: this.rgba(this.paint.accent, share) });
    const place = hover && this.steps(hover) ? hover.row * scene.steps.width + hover.col : view.walk.place;
    const out = this.sheet.out;
    if (place >= 0 && (!hover || this.steps(hover))) this.window(pen, view, place, { frame: strong, tint, gliding: !hover });
    else if (place >= 0) this.window(pen, view, place, { frame: { stroke: this.rgba(this.paint.accent, 0.45), width: 2 } });
    if (!hover || this.steps(hover)) return;
    const style = { stroke: this.paint.second, width: 3 }, soft = { fill: this.rgba(Paint.rgb(this.paint.second), 0.22) };
    const cell = (part, channel, row, col, s) => { for (const box of this.sheet.boxesOf(part, channel)) this.frame(pen, box, row, col, 1, 1, s); };
    const [stepPart, reachPart] = scene.stamp ? ["input", "output"] : ["output", "input"];
    if (hover.part === "kernel") {
      const tap = hover.row * scene.kernel[1] + hover.col;
      cell("kernel", hover.channel, hover.row, hover.col, style);
      for (let p = 0; p < scene.places; p++) {
        const [r, c] = scene.target(scene.place(p), scene.tap(tap));
        cell(reachPart, scene.stamp ? out : hover.channel, r, c, scene.stamp ? soft : { ...soft, stroke: this.paint.second, width: 1.5 });
        cell(stepPart, scene.stamp ? hover.channel : out, ...scene.place(p), soft);
      }
      return;
    }
    // A cell of the grid with the windows: its partners, and the weight on the way to each.
    const copies = scene.stamp ? [[hover.row, hover.col]] : scene.copies(hover.row, hover.col);
    copies.forEach(([r, c]) => cell(hover.part, hover.channel, r, c, r === hover.row && c === hover.col ? style : { ...style, dash: [4, 3], width: 2 }));
    this.met(hover, copies, out, (part, channel, at, weight) => {
      cell(part, channel, ...at, { ...soft, stroke: this.paint.second, width: 2 });
      const box = this.sheet.box(part, channel);
      if (weight !== null && box && box.cell >= 30) this.badge(pen, box, ...at, `×${numeral(weight, 2)}`);
    });
    if (scene.winners) this.won(pen, hover, cell);
  }

  // Each cell that meets a hovered one, once: its part, channel and place, and the weight between the two. Where the border
  // repeats the input, several weights may meet at one output: then their sum is what the input counts for.
  met(hover, copies, out, mark) {
    const { scene } = this.sheet, taps = new Set(), places = new Map();
    for (const at of copies) for (const { place, tap } of scene.sources(at)) { taps.add(tap); places.set(place, [...(places.get(place) || []), tap]); }
    const kernels = !scene.weights ? [] : scene.stamp ? (hover.channel === out ? scene.ins(out) : []) : scene.ins(out).filter((channel) => channel === hover.channel);
    for (const channel of kernels) for (const tap of taps) mark("kernel", channel, scene.tap(tap), null);
    for (const [place, met] of places) for (const other of scene.stamp ? scene.ins(hover.channel) : scene.outs(hover.channel)) {
      const [to, from] = scene.stamp ? [hover.channel, other] : [other, hover.channel];
      mark(scene.stamp ? "input" : "output", other, scene.place(place), scene.weights ? met.reduce((sum, tap) => sum + scene.weight(to, from, tap), 0) : null);
    }
  }

  // Pooling: the outputs in which a hovered input is the winner.
  won(pen, hover, cell) {
    const { scene } = this.sheet;
    for (let p = 0; p < scene.places; p++) {
      const winner = scene.winner(hover.channel, p);
      if (winner && winner[0] === hover.row && winner[1] === hover.col) cell("output", hover.channel, ...scene.place(p), { stroke: this.paint.accentText, width: 4 });
    }
  }

  badge(pen, box, row, col, words) {
    const size = Math.min(13, box.cell * 0.27), width = words.length * size * 0.6 + 6;
    const x = box.x + col * box.cell + 2, y = box.y + row * box.cell + 2;
    pen.rect(x, y, width, size + 5, { fill: this.paint.second, radius: 4 });
    pen.text(x + width / 2, y + (size + 5) / 2, words, { size, fill: Paint.text(this.paint.background), weight: 600 });
  }

  steps(hover) { return hover.part === (this.sheet.scene.stamp ? "input" : "output"); }
  rgba([r, g, b], share) { return `rgba(${r}, ${g}, ${b}, ${share})`; }

  // The stepped cell, its window in the other grid, the kernel; in slow steps also the tap that is being multiplied.
  window(pen, view, place, { frame, tint, gliding = false }) {
    const { sheet } = this, { scene, out } = sheet;
    const [row, col] = scene.place(place), [kh, kw] = scene.kernel;
    const at = gliding ? view.walk.glide(row, col) : [row, col];
    const [top, left] = scene.target(at, [0, 0]);
    for (const lens of sheet.lenses) sheet.enlarge(pen, this.paint, lens, [row, col]);
    const channels = scene.ins(out), reach = scene.stamp ? [out] : channels, stepped = scene.stamp ? channels : [out];
    const h = (kh - 1) * scene.dilation[0] + 1, w = (kw - 1) * scene.dilation[1] + 1;
    for (const channel of reach) for (const box of sheet.boxesOf(scene.stamp ? "output" : "input", channel)) {
      const mark = tint && scene.dilation.some((d) => d > 1) && { stroke: this.paint.accentText, width: box.main ? 2 : 1 };
      if (mark) for (let t = 0; t < scene.taps; t++) { const [r, c] = scene.target(at, scene.tap(t)); if (r > -1 && c > -1 && r < box.h && c < box.w) this.frame(pen, box, r, c, 1, 1, mark); }
      const width = box.main ? frame.width : 1.5;
      const rows = Math.min(h, box.h - top), cols = Math.min(w, box.w - left);
      this.frame(pen, box, top, left, rows, cols, { ...frame, width });
    }
    for (const channel of stepped) for (const box of sheet.boxesOf(scene.stamp ? "input" : "output", channel)) this.frame(pen, box, row, col, 1, 1, { ...frame, width: box.main ? frame.width : 1.5 });
    if (scene.stamp && tint) this.stamps(pen, view, place, out);
    if (scene.operation === "max") {
      const winner = scene.winner(out, place);
      if (winner && !view.prediction.hides(place)) for (const box of sheet.boxesOf("input", out)) this.frame(pen, box, ...winner, 1, 1, { stroke: this.paint.second, width: box.main ? 4 : 1.5 });
    }
    if (view.walk.slow && !view.hover && place === view.walk.place && !view.walk.done()) this.tapped(pen, view, place);
  }

  // On each output cell that the current input cell stamps, what it adds there.
  stamps(pen, view, place, out) {
    const { scene } = this.sheet, box = this.sheet.box("output", out), [row, col] = scene.place(place);
    if (!box || box.cell < 36 || view.prediction.hides(place)) return;
    for (let t = 0; t < scene.taps; t++) {
      const [r, c] = scene.target([row, col], scene.tap(t));
      if (view.walk.slow && !view.walk.done() && place === view.walk.place && t > view.walk.tap) continue;
      const added = scene.ins(out).reduce((sum, channel) => sum + scene.input.at(channel, row, col) * scene.weight(out, channel, t), 0);
      this.badge(pen, box, r, c, `${added < 0 ? "" : "+"}${numeral(added, 1)}`);
    }
  }

  tapped(pen, view, place) {
    const { scene, out } = this.sheet, style = { stroke: this.paint.second, width: 3.5 };
    const term = view.walk.term();
    if (!term) return;
    const [i, j] = scene.tap(term.tap), target = scene.target(scene.place(place), [i, j]);
    const channels = scene.stamp ? scene.ins(out) : [term.channel];
    for (const channel of channels) for (const box of this.sheet.boxesOf("kernel", channel)) this.frame(pen, box, i, j, 1, 1, style);
    for (const lens of this.sheet.lenses) if (lens.channel === term.channel) this.frame(pen, lens, i, j, 1, 1, style);
    for (const channel of scene.stamp ? [out] : [term.channel]) for (const box of this.sheet.boxesOf(scene.stamp ? "output" : "input", channel)) this.frame(pen, box, ...target, 1, 1, style);
  }
}
