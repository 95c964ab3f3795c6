// Sliders of the numbers that a kernel is made from. They live here and not in the page, so that they act while they are dragged.

class Dials {
  // turned({name: value}) is called at every move
  constructor(element, turned) {
    this.element = element;
    this.turned = turned;
    this.inputs = [];
  }

  get count() { return this.inputs.length; }
  values() { return Object.fromEntries(this.inputs.map((input) => [input.name, Number(input.value)])); }

  // fresh: as in KernelGrid.show; a dial that Python does not know to be moved stays where it is
  show(dials, fresh) {
    const kind = dials.map(({ name, low, high }) => [name, low, high].join()).join(";");
    if (kind !== this.kind) this.build(dials);
    this.kind = kind;
    if (fresh) this.inputs.forEach((input, k) => { input.value = dials[k].value; });
    this.write();
  }

  build(dials) {
    this.dials = dials;
    const lines = dials.map(({ name, low, high, step, value, unit }) => html(`<label class="dial"><span>${name}</span>
      <input type="range" name="${name}" aria-label="${name}" min="${low}" max="${high}" step="${step}" value="${value}">
      <output></output></label>`));
    this.inputs = lines.map((line) => line.querySelector("input"));
    this.outputs = lines.map((line) => line.querySelector("output"));
    for (const input of this.inputs) {
      input.oninput = () => {
        this.write();
        this.turned(this.values());
      };
    }
    this.element.replaceChildren(...lines);
  }

  write() {
    this.inputs.forEach((input, k) => {
      const { step, unit } = this.dials[k], text = fixed(Number(input.value), Number.isInteger(step) ? 0 : 1) + unit;
      this.outputs[k].textContent = text;
      input.setAttribute("aria-valuetext", text);
      input.style.setProperty("--share", `${(100 * (input.value - input.min)) / (input.max - input.min)}%`);
    });
  }
}
