// The mean error over the test pictures as the noise grows, a curve a network, and the picture on screen as dots at its level.

const PLOT = { left: 58, right: 14, top: 10, bottom: 42, height: 292 };   // CSS pixels
const MEASURES = [{ title: "squared error a pixel", short: "squared error", decimals: 4 }, { title: "BCE in nats", short: "BCE", decimals: 1 }];
const DASHES = ["", "2 4", "", "9 4", "9 3 2 3"];                          // by column: told apart without colours

class Curves {
  // moved(level): by hand on the plot
  constructor(moved) {
    this.moved = moved;
    this.measure = 0;
    this.element = html(`<figure class="curves"><div class="legend"></div><div class="plot"></div><figcaption></figcaption>
      <div class="tools"><span class="measures" role="radiogroup" aria-label="Error"></span><button class="png">PNG</button><button class="csv">CSV</button></div></figure>`);
    for (const name of ["legend", "plot", "measures", "png", "csv"]) this[name] = this.element.querySelector(`.${name}`);
    this.caption = this.element.querySelector("figcaption");
    this.buttons = MEASURES.map(({ short }, k) => {
      const button = html(`<button role="radio">${short}</button>`);
      button.onclick = () => { this.measure = k; this.draw(); };
      return button;
    });
    this.measures.append(...this.buttons);
    this.png.onclick = () => this.savePicture();
    this.csv.onclick = () => this.saveTable();
    const at = (event) => this.level(event.clientX);
    this.plot.onpointerdown = (event) => { this.plot.setPointerCapture(event.pointerId); this.moved(at(event)); };
    this.plot.onpointermove = (event) => { if (event.buttons) this.moved(at(event)); this.hover(at(event)); };
    this.plot.onpointerleave = () => this.hover(null);
    this.sizes = new ResizeObserver(() => this.header && this.draw());
    this.sizes.observe(this.plot);
  }

  close() { this.sizes.disconnect(); }

  show(header, colours) {
    Object.assign(this, { header, colours });
    this.drawn = header.columns.map((column, k) => ({ ...column, dash: DASHES[k] })).filter(({ means }) => means.length);
    this.draw();
  }

  // The hand's level, before Python has answered.
  mark(level) { this.hand = level; this.draw(); }

  level(clientX) {
    const { left, width } = this.plot.getBoundingClientRect(), { high, step } = this.header.dial;
    const share = (clientX - left - PLOT.left) / (width - PLOT.left - PLOT.right);
    return Number((Math.round((Math.min(1, Math.max(0, share)) * high) / step) * step).toFixed(4));
  }

  hover(level) {
    const { levels } = this.header;
    this.near = level === null ? null : levels.reduce((best, each, k) => (Math.abs(each - level) < Math.abs(levels[best] - level) ? k : best), 0);
    this.draw();
  }

  draw() {
    const { header: { dial, levels, pictures }, measure, near } = this, { decimals } = MEASURES[measure];
    const svg = this.svg(Math.max(260, this.plot.clientWidth), this.hand);
    if (svg !== this.last) this.plot.innerHTML = this.last = svg;
    this.buttons.forEach((button, k) => button.setAttribute("aria-checked", k === measure));
    const value = ({ means }, k) => (means[k][measure] === null ? "∞" : fixed(means[k][measure], decimals));
    const entries = this.drawn.map(({ title, colour, dash }) => `<span><svg width="26" height="10"><path d="M0 5H26" stroke="${colour}"
      stroke-width="3" stroke-dasharray="${dash}"/></svg>${title}</span>`).join("");
    if (entries !== this.entries) this.legend.innerHTML = this.entries = entries;
    const caption = near === null || near === undefined
      ? `Lines: mean over ${pictures.toLocaleString("en")} test pictures. Dots: the digit on screen. Drag in the plot to set the noise.`
      : `${dial.title} ${levelText(dial, levels[near])}, mean: ` + this.drawn.map((each) => `${each.title} ${value(each, near)}`).join(", ");
    if (caption !== this.caption.textContent) this.caption.textContent = caption;
  }

  svg(width, hand) {
    const { header: { dial, level, levels }, colours: { ink, paper, line, accent }, measure, near, drawn } = this;
    const { left, right, top, bottom, height } = PLOT, { title } = MEASURES[measure];
    const most = Math.max(...drawn.flatMap(({ means }) => means.map((mean) => mean[measure] ?? 0))), step = roundStep(most / 4), high = step * Math.ceil((1.05 * most) / step);
    const x = (value) => left + (value / dial.high) * (width - left - right), y = (value) => height - bottom - (value / high) * (height - top - bottom);
    const parts = [`<rect width="${width}" height="${height}" fill="${paper}"/>`], text = `fill="${ink}" font-size="13" font-family="sans-serif"`;
    for (let value = 0; value < high + step / 2; value += step) {
      parts.push(`<path d="M${left} ${y(value)}H${width - right}" stroke="${line}" stroke-width="${value ? 0.6 : 1.4}"/>`,
        `<text x="${left - 6}" y="${y(value) + 4}" text-anchor="end" ${text}>${shortNumber(value)}</text>`);
    }
    const along = roundStep(dial.high / 5);
    for (let value = 0; value < dial.high + along / 2; value += along) {
      parts.push(`<text x="${x(value)}" y="${height - bottom + 18}" text-anchor="middle" ${text}>${shortNumber(value)}</text>`);
    }
    parts.push(`<text x="${(left + width - right) / 2}" y="${height - 6}" text-anchor="middle" ${text}>${dial.title}${dial.unit && `, ${dial.unit}`}</text>`,
      `<text transform="translate(13 ${(top + height - bottom) / 2}) rotate(-90)" text-anchor="middle" ${text}>${title}</text>`,
      `<path class="hand" d="M${x(hand)} ${top}V${height - bottom}" stroke="${accent}" stroke-width="2"/>`);
    if (near !== null && near !== undefined) parts.push(`<path d="M${x(levels[near])} ${top}V${height - bottom}" stroke="${ink}" stroke-dasharray="3 3"/>`);
    for (const { title: name, colour, dash, means, own } of drawn) {
      const places = means.map((mean, k) => (mean[measure] === null ? "" : `${x(levels[k])} ${y(mean[measure])}`)).filter(Boolean);
      if (places.length) parts.push(`<path d="M${places.join("L")}" fill="none" stroke="${colour}" stroke-width="2.6" stroke-dasharray="${dash}"/>`);
      if (!Number.isFinite(own[measure])) continue;
      const above = own[measure] > high;       // off the scale: an arrow at its edge
      parts.push(above ? `<path d="M${x(level) - 5} ${top + 9}h10l-5 -9z" fill="${colour}"/>`
        : `<circle cx="${x(level)}" cy="${y(own[measure])}" r="5" fill="${colour}" stroke="${paper}" stroke-width="1.5"><title>${name}: ${own[measure]}</title></circle>`);
    }
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title} over ${dial.title}">${parts.join("")}</svg>`;
  }

  savePicture() {
    const width = this.plot.clientWidth, canvas = Object.assign(document.createElement("canvas"), { width: 2 * width, height: 2 * (PLOT.height + 22) });
    const pen = canvas.getContext("2d"), image = new Image();
    image.onload = () => {
      pen.scale(2, 2);
      pen.fillStyle = this.colours.paper;
      pen.fillRect(0, 0, width, PLOT.height + 22);
      pen.drawImage(image, 0, 22, width, PLOT.height);
      pen.font = "12px sans-serif";
      let at = 8;
      for (const { title, colour } of this.drawn) {
        pen.fillStyle = colour;
        pen.fillRect(at, 9, 14, 4);
        pen.fillStyle = this.colours.ink;
        pen.fillText(title, at + 18, 15);
        at += 30 + pen.measureText(title).width;
      }
      canvas.toBlob((blob) => saveFile(blob, `denoising ${this.header.dial.name}.png`));
    };
    image.src = `data:image/svg+xml,${encodeURIComponent(this.svg(width, this.hand))}`;
  }

  saveTable() {
    const { levels, dial } = this.header, heads = this.drawn.flatMap(({ title }) => MEASURES.map(({ title: what }) => `"${title}: ${what}"`));
    const rows = levels.map((level, k) => [level, ...this.drawn.flatMap(({ means }) => means[k].map((value) => value ?? "inf"))].join());
    saveFile(new Blob([[[`"${dial.title}"`, ...heads].join(), ...rows].join("\n") + "\n"], { type: "text/csv" }), `denoising ${dial.name}.csv`);
  }
}

const levelText = ({ step, unit }, level) => `${fixed(level, step < 1 ? 2 : 0)}${unit && ` ${unit}`}`;
