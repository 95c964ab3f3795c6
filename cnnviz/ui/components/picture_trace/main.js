// One mounted component: what it was last sent, the place that is traced, and the elements that show both.

const WINDOW = 768;             // CSS pixels: the height of a window in which the pictures keep to Python's height
const GROWS = 0.8;              // of each further pixel, the pictures' share: captions and the lens grow too
const REST = 400;               // ms without a move before Python hears of a pinned place
const DRAGS = 100;              // ms between two messages while a dial is dragged and the browser draws what it gives
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

class View {
  constructor(root) {
    this.root = root;
    this.row = new Row();
    this.grid = new KernelGrid({
      typed: (cells) => {
        this.dragging = clearTimeout(this.dragging);   // to undefined
        this.edit++;
        this.send("kernel", { edit: this.edit, cells, drawn: this.foresee(cells) });
      },
      dialled: (values, cells) => {
        this.edit++;
        this.dialled = values;
        const tell = (drawn) => {
          this.dragging = clearTimeout(this.dragging);   // to undefined
          this.send("kernel", { edit: this.edit, dials: this.dialled, drawn });
        };
        if (cells && this.foresee(cells)) this.dragging ??= setTimeout(() => tell(true), DRAGS);
        else tell(false);
      },
    });
    this.lens = new Lens({ changed: () => this.redraw(), pin: () => this.pin(!this.pinned) });
    this.compare = new Compare(() => this.layout());
    this.foresight = new Foresight();
    this.figures = [];
    this.edit = 0;
    this.drawn = 0;
    this.rule = html(`<p class="rule"></p>`);
    root.replaceChildren(this.row.element, this.lens.element, this.rule);
    this.sizes = new ResizeObserver(() => this.width !== root.clientWidth && this.layout());
    this.sizes.observe(root);
    this.resized = () => this.layout();
    window.addEventListener("resize", this.resized);
    this.arrived = ({ detail }) => detail === this.header.picture_id && this.take();
    window.addEventListener("cnnviz-pictures", this.arrived);
  }

  close() {
    this.sizes.disconnect();
    window.removeEventListener("cnnviz-pictures", this.arrived);
    window.removeEventListener("resize", this.resized);
    clearTimeout(this.timer);
    clearTimeout(this.dragging);
    cancelAnimationFrame(this.frame);
  }

  // A message from Python.
  load(message) {
    const before = this.header;
    const header = (this.header = unpack(message));
    this.diverging = header.blobs[0];
    this.rule.textContent = header.rule;
    this.rule.hidden = !header.rule;
    for (const panel of header.panels) {
      panel.bytes = panel.pixels === null ? null : header.blobs[panel.pixels];
      panel.palette = panel.palette === null ? null : header.blobs[panel.palette];
    }
    if (header.picture_id !== before?.picture_id && !this.pinned) this.cursor = null;
    this.take();
    if (header.grid) {
      this.grid.show(header.grid, header.edit >= this.edit, this.diverging);
      this.edit = Math.max(this.edit, header.edit);
    }
    this.place(before);
    this.layout();
    this.root.dataset.drawn = ++this.drawn;
    if (header.grid && header.edit < this.edit) this.foresee(this.grid.texts);   // Python answers an older edit
  }

  // Draw what an edited kernel gives before Python has answered; false for what has to wait for Python.
  foresee(cells) {
    const { foresee: how, panels, picture_id } = this.header, picture = kept("Pictures", picture_id);
    const kernel = cells.map((row) => row.map((cell) => Math.fround(cellNumber(cell))));
    const last = panels[1], old = last?.operation?.kernel;
    if (!how || !picture || panels.length !== 2 || old?.length !== kernel.length || old[0].length !== kernel[0].length) return false;
    const operation = { ...last.operation, kernel };
    if (!foreseeable(operation, last.shape)) return false;
    this.header.panels = [panels[0], { ...last, operation, bytes: null }];
    this.take();
    this.root.dataset.drawn = ++this.drawn;
    return true;
  }

  // The input has arrived, or something else is new: draw every picture.
  take() {
    const picture = kept("Pictures", this.header.picture_id);
    const panels = (this.header.panels = this.header.panels.map((panel) => panel.bytes || !picture ? panel
      : panel.operation ? this.foresight.draw(panel, picture, this.header) : { ...panel, bytes: picture.bytes }));
    this.model = new Model(panels, picture);
    while (this.figures.length < panels.length) this.figures.push(this.newFigure(this.figures.length));
    this.figures.length = panels.length;
    panels.forEach((panel, k) => this.figures[k].show(panel));
    if (this.compare.on) this.compare.show(this.figures, this.header.compare);
    this.redraw();
  }

  newFigure(k) {
    const figure = new Figure();
    figure.frame.onpointermove = (event) => !this.pinned && this.point(k, figure.at(event));
    figure.frame.onclick = (event) => this.click(k, figure.at(event));
    figure.frame.onkeydown = (event) => this.key(event, k);
    return figure;
  }

  // ---- the place that is traced: the cursor is where somebody points, the traced pixel is the one that it stands for

  // After new panels: the same place, moved along if the picture has another size now; before any move, Python's choice.
  place(before) {
    const { panels, start } = this.header, old = this.cursor && before.panels[this.cursor.panel];
    const panel = old && panels[this.cursor.panel];
    if (panel) {
      const moved = (place, axis) => Math.floor((place * panel.shape[axis]) / old.shape[axis]);
      this.cursor = { ...this.cursor, row: moved(this.cursor.row, 1), column: moved(this.cursor.column, 2) };
      this.traced = this.target(this.cursor);
      return;
    }
    this.cursor = null;
    this.pinned = false;
    const [index, row, column] = start ?? [panels.length - 1, ...panels.at(-1).shape.slice(1).map((n) => n >> 1)];
    this.traced = this.target({ panel: index, row, column });
  }

  // A place in a panel that reads another is traced itself. A place in an input stands for the pixel whose window is
  // centred there, in the panel that was traced last if that is made from this input.
  target(cursor) {
    if (this.header.panels[cursor.panel].operation) return cursor;
    const panels = this.model.panels, last = this.traced?.panel < panels.length ? this.traced.panel : 0;
    const next = panels.findIndex((panel) => panel.sources.includes(cursor.panel));
    if (next < 0) return cursor;
    const way = (last !== cursor.panel && this.model.path(cursor.panel, last)) || [next];
    let { row, column } = cursor;
    for (const index of way) [row, column] = this.model.reader(index, row, column);
    return { panel: way.at(-1), row, column };
  }

  point(panel, pixel) {
    if (!pixel) return;
    const [row, column] = pixel;
    if (this.cursor && this.cursor.panel === panel && this.cursor.row === row && this.cursor.column === column) return;
    this.cursor = { panel, row, column };
    this.traced = this.target(this.cursor);
    this.redraw();
    if (this.pinned) this.report();
  }

  click(panel, pixel) {
    if (!pixel) return;
    const held = this.pinned && this.traced, figure = this.figures[panel];
    const target = this.target({ panel, row: pixel[0], column: pixel[1] });
    const away = (name, scale) => Math.abs(held[name] - target[name]) * scale;   // CSS pixels
    const near = held && held.panel === target.panel &&   // within the frame that is drawn round the pinned pixel
      Math.max(away("row", figure.height / figure.rows), away("column", figure.width / figure.columns)) <= SMALLEST / 2;
    this.pinned = false;
    if (!near) this.point(panel, pixel);
    this.pin(!near);
  }

  pin(pinned) {
    this.pinned = pinned;
    this.cursor ??= this.traced;
    this.redraw();
    this.report();
  }

  report() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { panel, row, column } = this.traced;
      this.send("pinned", this.pinned ? [panel, row, column] : null);
    }, REST);
  }

  key(event, k) {
    const move = MOVES[event.key];
    if (move) {
      const by = event.shiftKey ? 10 : 1, { rows, columns } = this.figures[k], region = this.regions[k];
      const { top, bottom, left, right } = region ?? { top: 0, bottom: rows, left: 0, right: columns };
      const from = this.cursor?.panel === k ? this.cursor : { row: (top + bottom) >> 1, column: (left + right) >> 1 };
      this.point(k, [clamp(from.row + by * move[0], 0, rows - 1), clamp(from.column + by * move[1], 0, columns - 1)]);
      this.speak = true;
    } else if (event.key === "Enter" || event.key === " ") this.pin(!this.pinned);
    else if (event.key === "Escape" && this.pinned) this.pin(false);
    else return;
    event.preventDefault();
  }

  // ---- drawing

  redraw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  draw() {
    if (!this.traced || !this.width) return;
    const { panel: index, row, column } = this.traced, { model, figures } = this;
    this.regions = model.regions(this.traced);
    const shown = this.lens.show(model, figures, this.diverging, this.traced, Boolean(this.pinned));
    const near = new Set([index, ...model.panels[index].sources]), channel = Number(this.lens.element.dataset.channel);
    const spread = Math.max(...(model.panels[index].slide?.dilation ?? [1])) > 1;
    figures.forEach((figure, k) => {
      const region = this.regions[k];
      const dots = spread && model.panels[index].sources[0] === k ? model.window(model.panels[index], row, column) : null;
      figure.mark(region, this.colours, { hairlines: k === index, strong: near.has(k), dots });
      const same = near.has(k) && !model.panels[index].slide;      // the very pixel that a pointwise operation reads
      const text = k === index ? shown : same ? this.lens.number(model.value(k, channel, row, column), 4) : "";
      if (figure.reading.textContent !== text) figure.reading.textContent = text;
    });
    if (this.speak) this.lens.spoken.textContent = `${this.lens.where.textContent}: ${shown}`;
    this.speak = false;
  }

  layout() {
    this.width = this.root.clientWidth;
    if (!this.width || !this.header) return;
    const { header, figures, model } = this, style = getComputedStyle(this.root);
    this.colours = Object.fromEntries(["mark", "faint-mark", "halo", "faint-halo"]
      .map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
    this.compare.show(figures, header.compare);
    this.row.layout(this.compare.on ? figures.slice(1) : figures, model.panels, header.grid && this.grid, {
      width: this.width, room: header.height + GROWS * Math.max(0, window.innerHeight - WINDOW), comparing: this.compare.on,
    });
    this.lens.renew(this.width - 34, model.panels.map(({ slide }) => slide?.size ?? "").join(";"));
    this.redraw();
  }
}

export default oneView(View, (view, { data, setStateValue }) => {
  view.send = setStateValue;
  if (view.data !== data) view.load((view.data = data));
  else view.layout();             // another theme
});
