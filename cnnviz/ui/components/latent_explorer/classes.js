// The labels of a conditional network as buttons: what the same latent is under each.

class Classes {
  constructor(chosen) {
    this.chosen = chosen;
    this.element = html(`<div class="classes"><span class="note">The same z under each label:</span><div class="choices" role="radiogroup" aria-label="Label"></div></div>`);
    this.choices = this.element.querySelector(".choices");
    this.image = new ImageData(SIDE, SIDE);
    this.picture = new Float32Array(SIDE * SIDE);
    this.turns = new Turns(0);
    this.choices.onkeydown = (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key], n = this.pens.length;
      if (!by) return;
      event.preventDefault();
      const to = ([...this.choices.children].indexOf(event.target.closest("button")) + by + n) % n;
      this.choices.children[to].focus();
      this.chosen(to);
    };
  }

  build(names) {
    this.element.hidden = !names.length;
    this.choices.replaceChildren(...names.map((name, k) => {
      const button = html(`<button role="radio"><canvas width="${SIDE}" height="${SIDE}"></canvas><span></span></button>`);
      button.lastChild.textContent = name;
      button.onclick = () => this.chosen(k);
      return button;
    }));
    this.pens = [...this.choices.children].map((button) => button.firstChild.getContext("2d"));
    this.turns = new Turns(names.length);
  }

  show({ label }) {
    [...this.choices.children].forEach((button, k) => {
      button.setAttribute("aria-checked", String(k === label));
      button.tabIndex = k === label ? 0 : -1;
    });
  }

  outdate() { this.turns.all(); }

  work({ z, decoder }) {
    const k = this.turns.next();
    if (k < 0) return false;
    decoder.decode(z, k, this.picture);
    putPicture(this.pens[k], this.image, this.picture);
    return true;
  }
}
