// The pictures beside the map: the dot under the pointer, its nearest neighbours, and what a lasso holds.

// A number beside a dot
function fourDigits(value) { return shortNumber(value, Math.max(0, Math.min(3, 3 - Math.floor(Math.log10(Math.abs(value) || 1))))); }

class Card {
  constructor(node) {
    this.node = node;
    this.picture = blank();
    node.prepend(this.picture);
    this.text = node.querySelector(".text");
    this.size = [0, 0];
  }

  // Beside the pointer, on the side where there is room
  show(sheet, index, lines, x, y, width, height) {
    if (this.index !== index || this.sheet !== sheet) {
      Object.assign(this, { index, sheet });
      sprite(this.picture, sheet, index);
      this.text.replaceChildren(...lines.map((line, k) => Object.assign(document.createElement(k ? "span" : "b"), { textContent: line })));
      this.node.hidden = false;
      this.size = [this.node.offsetWidth, this.node.offsetHeight];
    }
    const [w, h] = this.size, left = x + 18 + w < width ? x + 18 : x - 18 - w, top = Math.min(Math.max(4, y - h / 2), height - h - 4);
    this.node.style.transform = `translate(${Math.max(2, left)}px, ${top}px)`;
  }

  hide() {
    this.node.hidden = true;
    this.index = -1;
  }
}

class Strip {
  constructor(node, many) {
    this.node = node;
    this.title = Object.assign(document.createElement("div"), { className: "title" });
    this.figures = Array.from({ length: many }, () => {   // kept: a hand that hovers changes them each frame
      const figure = html("<figure><figcaption></figcaption></figure>");
      figure.prepend(blank());
      return figure;
    });
  }

  fill(words, ...parts) {
    this.title.textContent = words;
    if (this.node.childElementCount !== parts.length + 1 || this.node.lastChild !== (parts.at(-1) ?? this.title)) this.node.replaceChildren(this.title, ...parts);
  }

  neighbours(sheet, subject, found, nameOf) {
    found.forEach(({ index, distance }, k) => {
      sprite(this.figures[k].firstChild, sheet, index);
      this.figures[k].lastChild.textContent = `${nameOf(index)} · ${fixed(distance, 2)}`;
    });
    this.fill(subject, ...this.figures.slice(0, found.length));
  }

  // The share of each class among the dots of a lasso
  shares(inside, labels, classes, colours) {
    const counts = classes.map(() => 0);
    for (const index of inside) counts[labels[index]]++;
    const parts = counts.map((count, k) => ({ count, k })).filter(({ count }) => count).sort((a, b) => b.count - a.count);
    const bars = parts.map(({ count, k }) => {
      const share = (100 * count) / inside.length, row = html(`<div class="share"><i></i><span></span></div>`);
      Object.assign(row.firstChild.style, { width: `${share}%`, background: colours[k] });
      row.lastChild.textContent = `${classes[k]}: ${fixed(share, 1)} % (${count.toLocaleString("en")})`;
      return row;
    });
    const box = Object.assign(document.createElement("div"), { className: "shares" });
    box.append(...bars);
    this.fill(`${inside.length.toLocaleString("en")} dots in the lasso`, box);
  }

  clear(words) { this.fill(words); }
}
