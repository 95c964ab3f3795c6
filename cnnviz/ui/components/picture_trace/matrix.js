// A small matrix of coloured numbers. Its cells are made once and reused: only what changed is written.
class Matrix {
  constructor() {
    this.element = html(`<figure class="matrix"><figcaption></figcaption><div class="cells" aria-hidden="true"></div></figure>`);
    this.label = this.element.querySelector("figcaption");
    this.grid = this.element.querySelector(".cells");
    this.cells = [];
    this.longest = 0;
  }

  fit(rows, columns, cellWidth, cellHeight) {
    const sizes = `${rows},${columns},${cellWidth},${cellHeight}`;
    if (sizes === this.sizes) return;
    Object.assign(this, { sizes, columns, cellWidth, cellHeight, longest: 0 });
    this.grid.style.gridTemplate = `repeat(${rows}, ${cellHeight}px) / repeat(${columns}, ${cellWidth}px)`;
    this.cells = Array.from({ length: rows * columns }, () => {
      const element = document.createElement("div"), text = document.createTextNode("");
      element.append(text);
      return { element, text, name: "", colour: "" };
    });
    this.grid.replaceChildren(...this.cells.map((cell) => cell.element));
  }

  // The longest text so far decides the size of the type, so that it does not flicker under the pointer.
  type(texts) {
    const longest = Math.max(...texts.map((text) => text.length), 3);
    if (longest <= this.longest) return;
    this.longest = longest;
    const size = Math.min(18, this.cellHeight * 0.56, (this.cellWidth - 5) / (longest * 0.56));
    this.mute = size < 9.5;
    this.grid.style.fontSize = `${size}px`;
  }

  set(i, j, text, rgb, name = "") {
    const cell = this.cells[i * this.columns + j];
    const colour = rgb ? css(rgb) : "", shown = this.mute ? "" : text;
    if (rgb) name += isDark(rgb) ? " on-dark" : " on-light";
    if (cell.text.data !== shown) cell.text.data = shown;
    if (cell.colour !== colour) cell.element.style.backgroundColor = cell.colour = colour;
    if (cell.name !== name) cell.element.className = cell.name = name;
  }
}
