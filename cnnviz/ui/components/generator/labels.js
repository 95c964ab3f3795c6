// The view "labels": a conditional network told which digit to draw; the same latents under every label.

const COLUMNS = 10;   // latents of the picture with a row for each label

class Labels {
  constructor(desk) {
    this.desk = desk;
    this.element = html(`<div class="labels"><figure class="own"><figcaption><b></b><button class="save" title="The sheet as a file">PNG</button></figcaption></figure>
      <figure class="all"><figcaption><b>A row for each digit, a column for each z</b><button class="save" title="The sheet as a file">PNG</button></figcaption>
      <div class="rows"><div class="choices" role="radiogroup" aria-label="Digit"></div><div class="grid"><i></i></div></div></figure></div>`);
    [this.own, this.all] = [".own", ".all"].map((name) => this.element.querySelector(name));
    [this.choices, this.grid] = [".choices", ".grid"].map((name) => this.element.querySelector(name));
    this.choices.onkeydown = (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key], n = this.classes.length;
      if (!by) return;
      event.preventDefault();
      desk.set({ label: (desk.label + by + n) % n });
      this.choices.children[desk.label].focus();
    };
    this.grid.onclick = (event) => {
      const { top, height } = this.grid.getBoundingClientRect(), row = Math.floor(((event.clientY - top) / height) * this.classes.length);
      desk.set({ label: Math.min(this.classes.length - 1, Math.max(0, row)) });
    };
  }

  build({ networks: [network], classes, count, across }) {
    const { desk } = this;
    Object.assign(this, { network, classes });
    if (!(desk.label < classes.length)) desk.label = 0;
    this.shelves = classes.map((_, label) => desk.shelf(network.id, label));
    const columns = Math.min(COLUMNS, count), [own, all] = [new Sheet(count / across, across), new Sheet(classes.length, columns)];
    all.fill(this.shelves.flatMap((shelf) => Array.from({ length: columns }, (_, k) => ({ shelf, k }))));
    this.sheets = [own, all];
    this.own.querySelector("canvas")?.remove();
    this.own.append(own.canvas);
    this.grid.querySelector("canvas")?.remove();
    this.grid.prepend(all.canvas);
    for (const sheet of this.sheets) sheet.canvas.setAttribute("role", "img");
    all.canvas.setAttribute("aria-label", `A row for each digit: the same ${columns} latents under every label`);
    this.own.querySelector("button").onclick = () => desk.save(own, `${network.title}, told ${classes[desk.label]}`);
    this.all.querySelector("button").onclick = () => desk.save(all, `${network.title}, a row for each label`);
    this.choices.replaceChildren(...classes.map((name, label) => {
      const button = html(`<button role="radio"></button>`);
      button.textContent = name;
      button.onclick = () => desk.set({ label });
      return button;
    }));
  }

  get ahead() { return this.shelves; }

  show() {
    const { desk: { label }, classes, sheets: [own] } = this, shelf = this.shelves[label];
    own.fill(shelf.pictures.map((_, k) => ({ shelf, k })));
    this.own.querySelector("b").textContent = `Told to draw a ${classes[label]}`;
    own.canvas.setAttribute("aria-label", `${shelf.count} draws of the digit ${classes[label]}`);
    [...this.choices.children].forEach((button, k) => {
      button.setAttribute("aria-checked", String(k === label));
      button.tabIndex = k === label ? 0 : -1;
    });
    Object.assign(this.grid.querySelector("i").style, { top: `${(100 * label) / classes.length}%`, height: `${100 / classes.length}%` });
  }
}
