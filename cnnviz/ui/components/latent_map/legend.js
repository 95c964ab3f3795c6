// Over the map: the classes as switches, or what a colour means where it shows a number.

class Legend {
  // switched(hidden: Set of class numbers): a class was shown or hidden
  constructor(node, switched) { Object.assign(this, { node, switched, hidden: new Set() }); }

  classes(names, colours) {
    const same = this.names?.join() === names.join();
    if (same && !this.scale) return;
    if (!same) this.hidden.clear();
    Object.assign(this, { names, colours, scale: null });
    this.node.replaceChildren(...names.map((name, k) => {
      const chip = html(`<button class="chip"><i></i></button>`);
      chip.firstChild.style.background = colours[k];
      chip.append(name);
      chip.title = "Click: show or hide. Double click: this class alone.";
      chip.onclick = () => this.toggle(k);
      chip.ondblclick = () => this.alone(k);
      return chip;
    }));
    this.mark();
  }

  toggle(k) {
    if (this.hidden.has(k)) this.hidden.delete(k); else this.hidden.add(k);
    this.tell();
  }

  alone(k) {
    const others = [...this.names.keys()].filter((each) => each !== k), already = !this.hidden.has(k) && this.hidden.size === others.length;
    this.hidden = new Set(already ? [] : others);
    this.tell();
  }

  mark() { [...this.node.children].forEach((chip, k) => chip.setAttribute("aria-pressed", String(!this.hidden.has(k)))); }

  tell() {
    this.mark();
    this.switched(this.hidden);
  }

  // All classes are to be seen while colours show numbers; the switches come back as they were left
  ramp(title, low, high, colours) {
    this.scale = { title, low: fourDigits(low), high: fourDigits(high), colours: colours.map((colour) => `rgb(${colour.join()})`) };
    const bar = html(`<div class="ramp"><b></b><span></span><i></i><span></span></div>`), [name, from, strip, to] = bar.children;
    [name.textContent, from.textContent, to.textContent] = [title, `≤ ${this.scale.low}`, `≥ ${this.scale.high}`];
    strip.style.background = `linear-gradient(90deg, ${this.scale.colours.join()})`;
    this.node.replaceChildren(bar);
  }

  // The same on a canvas, in a line of this width and height
  draw(pen, ink, width, height) {
    const base = height / 2 + 5, { scale } = this;
    let x = 10;
    const write = (words) => { pen.fillStyle = ink; pen.fillText(words, x, base); x += pen.measureText(words).width + 8; };
    if (scale) {
      write(`${scale.title}   ≤ ${scale.low}`);
      scale.colours.forEach((colour, k) => { pen.fillStyle = colour; pen.fillRect(x + 5 * k, base - 10, 5, 12); });
      x += 5 * scale.colours.length + 8;
      write(`≥ ${scale.high}`);
      return;
    }
    const step = (width - 20) / this.names.length;
    this.names.forEach((name, k) => {
      if (this.hidden.has(k)) return;
      x = 10 + k * step;
      pen.fillStyle = this.colours[k];
      pen.beginPath(); pen.arc(x + 5, height / 2, 5, 0, 2 * Math.PI); pen.fill();
      x += 15;
      write(name);
    });
  }
}
