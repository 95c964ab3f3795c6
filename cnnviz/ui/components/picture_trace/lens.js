// The strip below the pictures: the sum behind one pixel, written out.

const MATRIX = 153;         // CSS pixels: the height of a matrix of many rows
const LEGIBLE = [17, 11];   // CSS pixels of a row that its numbers need, and up to how many rows they are given it
const ROWS = 9;             // of more rows than these only the colours can be seen
const CHANNELS = ["red", "green", "blue"];

class Lens {
  constructor({ changed, pin }) {
    this.element = html(`<section class="lens" aria-label="The sum behind one pixel">
      <div class="head">
        <div><strong class="where"></strong> <span class="reads"></span></div>
        <div class="channels switch" role="group" aria-label="Channel" hidden>${CHANNELS.map((name) =>
          `<button type="button" data-name="${name}">${name[0].toUpperCase() + name.slice(1)}</button>`).join("")}</div>
        <div class="units switch" role="group" aria-label="Unit of the numbers">
          <button type="button" data-unit="1">0–1</button><button type="button" data-unit="255">0–255</button></div>
        <button type="button" class="pin" title="Hold this place: a click on a picture does the same">Pin</button>
      </div>
      <div class="body"></div>
      <div class="foot"><p class="sum"></p></div>
      <span class="spoken" role="status"></span>
    </section>`);
    for (const name of ["where", "reads", "channels", "units", "pin", "body", "foot", "sum", "spoken"]) {
      this[name] = this.element.querySelector("." + name);
    }
    this.matrices = [new Matrix(), new Matrix(), new Matrix()];
    this.signs = [html(`<span class="sign"></span>`), html(`<span class="sign"></span>`), html(`<span class="sign"></span>`)];
    this.total = html(`<div class="total"><span class="swatch"></span>
      <div><output class="value"></output><span class="note"></span></div></div>`);
    [this.swatch, this.result, this.note] = [".swatch", ".value", ".note"].map((name) => this.total.querySelector(name));
    this.terms = [];
    this.unit = 1;
    this.channel = 0;
    this.pin.onclick = pin;
    this.highest = 0;
    // What is below stands still under a moving pointer: once high, the strip stays so until there are new panels.
    this.heights = new ResizeObserver(([{ borderBoxSize: [{ blockSize }] }]) => {
      if (blockSize > this.highest) this.element.style.minHeight = `${(this.highest = blockSize)}px`;
    });
    this.heights.observe(this.element);
    this.channels.onclick = ({ target: { dataset: { name } } }) => name && changed((this.channel = CHANNELS.indexOf(name)));
    this.units.onclick = ({ target: { dataset: { unit } } }) => unit && changed((this.unit = Number(unit)));
  }

  // new panels, or another width; windows: what their sizes are, as a text
  renew(width, windows) {
    if (width !== this.width || windows !== this.windows) {
      this.element.style.minHeight = "";
      this.highest = 0;
    }
    Object.assign(this, { width, windows });
    for (const matrix of this.matrices) matrix.longest = 0;
  }

  // The body's matrices with the signs between them, by kind of operation; built again only when that changes.
  arrange(rows, columns, signs) {
    const shape = [rows, columns, this.width, ...signs].join();
    if (shape === this.shape) return;
    this.shape = shape;
    const matrices = this.matrices.slice(0, signs.length), gaps = 44 * signs.length, beside = 230;
    const room = (taken) => (this.width - gaps - taken) / (matrices.length * columns);
    const widest = rows > ROWS ? 12 : rows * columns === 1 ? 96 : Math.min(64, 2.6 * this.cellHeight(rows, 64));
    const below = room(beside) < Math.min(widest, 50);    // then the total goes to the line below
    const cellWidth = Math.floor(clamp(room(below ? 0 : beside), 8, widest)), cellHeight = this.cellHeight(rows, cellWidth);
    matrices.forEach((matrix) => matrix.fit(rows, columns, cellWidth, cellHeight));
    this.decimals = cellWidth >= 56 ? 3 : 2;
    this.body.replaceChildren(...matrices.flatMap((matrix, k) => {
      this.signs[k].textContent = signs[k];
      return [matrix.element, ...(below && k === signs.length - 1 ? [] : [this.signs[k]])];
    }), ...(below ? [] : [this.total]));
    this.foot.replaceChildren(...(below ? [this.signs[signs.length - 1], this.total, this.sum] : [this.sum]));
  }

  cellHeight(rows, cellWidth) { return Math.floor(clamp(Math.max(MATRIX / rows, rows <= LEGIBLE[1] ? LEGIBLE[0] : 0), 8, Math.min(36, Math.max(cellWidth, 12)))); }

  // A value of a pixel as it is shown: in the unit chosen, whole where it is whole.
  number(value, decimals = this.decimals) {
    const scaled = value * this.unit;
    if (this.unit === 255 || decimals === 0) {
      const whole = Math.round(scaled);
      return Math.abs(scaled - whole) < 1e-6 ? fixed(whole, 0) : fixed(scaled, Math.max(decimals - 2, 1));
    }
    return fixed(scaled, decimals);
  }

  // True where `text` says all of a value.
  isExact(value, text) {
    return Math.abs(Number(text.replace("−", "-")) - value * this.unit) < 1e-9;
  }

  // model, figures: as the page holds them; place: {panel, row, column}
  show(model, figures, diverging, { panel: index, row, column }, pinned) {
    const panel = model.panels[index], figure = figures[index], channel = panel.shape[0] > 1 ? Math.min(this.channel, 2) : 0;
    const at = { model, figures, diverging, panel, index, channel, row, column };
    const value = model.value(index, channel, row, column);
    Object.assign(this.element.dataset, { panel: index, row, col: column, channel, value: String(value), pinned });
    this.channels.hidden = panel.shape[0] === 1;
    for (const button of this.channels.children) button.setAttribute("aria-pressed", button.dataset.name === CHANNELS[channel]);
    for (const button of this.units.children) button.setAttribute("aria-pressed", Number(button.dataset.unit) === this.unit);
    this.pin.setAttribute("aria-pressed", pinned);
    this.pin.textContent = pinned ? "Pinned" : "Pin";
    this.where.textContent = `${figure.panel.title}: row ${row}, column ${column}`;
    this.note.textContent = this.swatch.textContent = this.swatch.style.rotate = "";
    this.write(SUMS[panel.operation?.kind ?? "input"](this, at, value));
    const colour = figure.colour(channel, row, column);
    this.swatch.style.backgroundColor = colour ? css(colour) : "";
    const shown = panel.operation?.kind === "angle" ? fixed(value, 4) : this.number(value, 4);
    this.result.textContent = shown;
    return shown;
  }

  // The sum, from [text, dim] pieces.
  write(pieces) {
    this.sum.hidden = !pieces.length;
    while (this.terms.length < pieces.length) {
      const span = document.createElement("span");
      this.terms.push(span);
      this.sum.append(span);
    }
    this.terms.forEach((span, k) => {
      const [text, dim] = pieces[k] ?? ["", false];
      if (span.textContent !== text) span.textContent = text;
      span.className = dim ? "dim" : "";
    });
  }
}
