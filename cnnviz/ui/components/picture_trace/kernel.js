// The kernel as a matrix of cells that can be typed in.

const CAPTION = 130;    // CSS pixels: a narrower kernel still gets a column in which its caption can be read
const DIALS = 290;      // as CAPTION, for a kernel with dials
const DIAL = 28;        // the height of one
const RESTS = 700;      // ms: a text that cannot be a number yet ("-", "1e") is sent only when the typing rests
const unfinished = (text) => /^[-+]?\.?$|[eE][-+]?$|\/$/.test(text);

// The number in a cell, NaN if there is none. Only for its colour and its steps: what is a number is for Python to say.
function cellNumber(text) {
  const [over, under = "1", more] = text.trim().split("/").map((part) => (part.trim() === "" ? NaN : Number(part)));
  return more === undefined ? over / under : NaN;
}

class KernelGrid {
  // typed(rows of texts) and dialled({name: value}, rows of texts or null) are called at every change
  constructor({ typed, dialled }) {
    this.send = typed;
    this.element = html(`<figure class="kernel"><div class="head"><span class="title"></span></div>
      <div class="frame"><div class="cells" role="grid"></div></div><div class="dials"></div><figcaption></figcaption></figure>`);
    for (const name of ["title", "frame", "cells", "dials"]) this[name] = this.element.querySelector("." + name);
    this.caption = this.element.querySelector("figcaption");
    this.inputs = [];
    this.texts = [];
    this.turned = new Dials(this.dials, (values) => {
      const cells = MAKERS[this.maker]?.(values, this.texts.length);
      if (cells) this.put(cells);
      dialled(values, cells ? this.texts : null);
    });
  }

  // A kernel that was made here, in the cells that there are.
  put(cells) {
    this.texts = cells;
    this.refresh();
  }

  // fresh: the grid answers the latest edit sent (or is a preset); while a later edit is under way the texts stay
  show(grid, fresh, diverging) {
    this.diverging = diverging;
    this.step = grid.step;
    this.title.textContent = grid.title;
    this.caption.textContent = grid.caption;
    this.cells.setAttribute("aria-label", `${grid.title}, ${grid.cells.length} rows, ${grid.cells[0].length} columns`);
    if (this.texts.length !== grid.cells.length || this.texts[0].length !== grid.cells[0].length) this.build(grid.cells);
    this.maker = grid.maker;
    this.turned.show(grid.dials, fresh);
    if (fresh && !this.waiting) {
      const bad = new Set(grid.bad.map(([row, column]) => row * grid.cells[0].length + column));
      this.inputs.forEach((input, k) => {
        input.classList.toggle("bad", bad.has(k));
        input.setAttribute("aria-invalid", bad.has(k));
        const text = grid.cells[Math.floor(k / grid.cells[0].length)][k % grid.cells[0].length];
        if (text === this.text(k)) return;
        this.setText(k, text);
        if (input.matches(":focus")) input.value = text;
      });
    }
    for (const input of this.inputs) input.readOnly = !grid.editable;
    this.refresh();
  }

  build(cells) {
    clearTimeout(this.timer);
    const columns = cells[0].length;
    this.texts = cells.map((row) => [...row]);
    this.inputs = cells.flatMap((row, i) => row.map((_, j) => {
      const input = document.createElement("input");
      Object.assign(input, { type: "text", autocomplete: "off", spellcheck: false });
      input.setAttribute("aria-label", `weight in row ${i + 1}, column ${j + 1}`);
      const k = i * columns + j;
      input.onfocus = () => { input.value = this.text(k); input.select(); this.before = this.text(k); };
      input.onblur = () => { this.flush(); this.refresh(); };
      input.oninput = () => this.typed(k, input.value);
      input.onkeydown = (event) => this.key(event, k);
      return input;
    }));
    this.cells.replaceChildren(...this.inputs);
    this.columns = columns;
    this.fit();
  }

  // The room: a width and a height in CSS pixels that the cells may fill; returns the width that they take.
  room(width, height) {
    const below = DIAL * this.turned.count;
    Object.assign(this, { width, height: height - below });
    this.element.style.setProperty("--below", `${below}px`);
    this.fit();
    this.refresh();
    return Math.max(this.cellWidth * this.columns, below ? Math.min(DIALS, width) : CAPTION);
  }

  fit() {
    if (!this.width) return;
    const rows = this.texts.length;
    const square = this.turned.count ? Math.max((1.25 * this.height) / rows, DIALS / this.columns) : 64;   // dials take of the height: no flat cells
    this.cellWidth = Math.floor(clamp(this.width / this.columns, 16, Math.min(square, 64)));
    this.cellHeight = Math.floor(clamp(this.height / rows, 16, Math.min(this.cellWidth, 48)));
    this.cells.style.gridTemplateColumns = `repeat(${this.columns}, ${this.cellWidth}px)`;
    this.cells.style.gridAutoRows = `${this.cellHeight}px`;
    this.cells.style.setProperty("--cell", `${this.cellWidth}px`);
    this.cells.style.setProperty("--cell-height", `${this.cellHeight}px`);
  }

  text(k) { return this.texts[Math.floor(k / this.columns)][k % this.columns]; }
  setText(k, text) { this.texts[Math.floor(k / this.columns)][k % this.columns] = text; }

  typed(k, value) {
    const text = value.replaceAll("−", "-");
    this.setText(k, text);
    this.refresh();
    clearTimeout(this.timer);
    this.waiting = true;
    if (unfinished(text)) this.timer = setTimeout(() => this.flush(), RESTS);
    else this.flush();
  }

  flush() {
    clearTimeout(this.timer);
    if (this.waiting) this.send(this.texts.map((row) => [...row]));
    this.waiting = false;
  }

  key(event, k) {
    const input = this.inputs[k], { key, shiftKey: shift } = event;
    const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    const atStart = whole || (input.selectionStart === 0 && input.selectionEnd === 0);
    const atEnd = whole || (input.selectionStart === input.value.length);
    const go = (to) => { event.preventDefault(); this.inputs[(to + this.inputs.length) % this.inputs.length].focus(); };
    if (key === "Enter") go(k + (shift ? -1 : 1));
    else if (key === "ArrowRight" && atEnd && !shift) go(k + 1);
    else if (key === "ArrowLeft" && atStart && !shift) go(k - 1);
    else if (event.ctrlKey && key === "ArrowDown") go(k + this.columns);
    else if (event.ctrlKey && key === "ArrowUp") go(k - this.columns);
    else if (input.readOnly) return;
    else if (key === "ArrowUp" || key === "ArrowDown") {
      event.preventDefault();
      const number = cellNumber(this.text(k)), by = this.step * (shift ? 0.1 : 1) * (key === "ArrowUp" ? 1 : -1);
      if (!Number.isFinite(number)) return;
      input.value = String(Number((number + by).toFixed(10)));
      input.select();
      this.typed(k, input.value);
    } else if (key === "Escape" && this.text(k) !== this.before) {
      event.preventDefault();
      input.value = this.before;
      this.typed(k, input.value);
    }
  }

  // Colours by weight, centred on zero; a cell that is not being typed in shows a short form of its number.
  refresh() {
    if (!this.cellWidth) return;
    const numbers = this.inputs.map((_, k) => cellNumber(this.text(k)));
    const largest = Math.max(...numbers.map((n) => (Number.isFinite(n) ? Math.abs(n) : 0))) || 1;
    const shown = numbers.map((n, k) => {
      const text = this.text(k);
      return (text.length > 5 && Number.isFinite(n) ? shortNumber(n, 3) : text).replace("-", "−");
    });
    const longest = Math.max(...shown.map((text) => Math.min(text.length, 6)), 2);
    const size = Math.min(20, this.cellHeight * 0.5, (this.cellWidth - 6) / (longest * 0.56));
    this.cells.style.fontSize = `${size}px`;
    this.cells.classList.toggle("mute", size < 8);
    this.inputs.forEach((input, k) => {
      const rgb = Number.isFinite(numbers[k]) ? signedColour(this.diverging, numbers[k] / largest) : null;
      input.style.backgroundColor = rgb ? css(rgb) : "";
      input.classList.toggle("on-dark", Boolean(rgb) && isDark(rgb));
      input.classList.toggle("on-light", Boolean(rgb) && !isDark(rgb));
      input.title = shown[k].replace("−", "-") === this.text(k) ? "" : this.text(k);
      if (!input.matches(":focus")) input.value = shown[k];
    });
  }
}
