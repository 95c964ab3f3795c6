// Before and after: the input over the left of the last picture, up to a divider that can be dragged.

class Compare {
  // changed() is called when it is switched on or off
  constructor(changed) {
    this.button = html(`<button type="button" class="compare" aria-pressed="false">Compare</button>`);
    this.button.onclick = () => {
      this.on = !this.on;
      changed();
    };
    this.on = false;
    this.split = 50;              // percent of the picture that shows what was before
  }

  // offered: whether there is a button at all; figures: all of the row
  show(figures, offered) {
    const figure = figures.at(-1), input = figures[0];
    if (!offered) this.on = false;
    this.button.hidden = !offered;
    this.button.setAttribute("aria-pressed", this.on);
    if (offered && this.button.parentElement !== figure.head) figure.head.append(this.button);
    figure.before.hidden = figure.divider.hidden = !this.on;
    if (!this.on || !input.drawn) return;
    Object.assign(figure.before, { width: input.columns, height: input.rows });
    figure.before.getContext("2d").drawImage(input.pixels, 0, 0);
    figure.divider.onclick = (event) => event.stopPropagation();
    figure.divider.onpointerdown = (event) => figure.divider.setPointerCapture(event.pointerId);
    figure.divider.onpointermove = (event) => {
      if (!figure.divider.hasPointerCapture(event.pointerId)) return;
      const box = figure.pixels.getBoundingClientRect();
      this.move(figure, (100 * (event.clientX - box.left)) / box.width);
    };
    figure.divider.onkeydown = (event) => {
      event.stopPropagation();
      const by = { ArrowLeft: -2, ArrowRight: 2, Home: -100, End: 100 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      this.move(figure, this.split + by);
    };
    this.move(figure, this.split);
  }

  move(figure, split) {
    this.split = clamp(split, 0, 100);
    figure.before.style.clipPath = `inset(0 ${100 - this.split}% 0 0)`;
    figure.divider.style.left = `${this.split}%`;
    figure.divider.setAttribute("aria-valuenow", Math.round(this.split));
  }
}
