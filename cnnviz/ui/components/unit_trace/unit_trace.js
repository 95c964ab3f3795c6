// One unit: the picture at the left, its windows in the middle, its partial sums at the right, the steps to its value below.
class UnitTrace {
  constructor(root) {
    this.root = root;
    root.view = this;
    root.innerHTML = `<div class="trace"><nav class="trail" aria-label="Units on the way here"></nav><div class="headline"></div>
      <div class="middle"><div class="seen"><canvas role="img"></canvas><div class="sees"></div></div>
        <div class="work"><div class="heads"></div><div class="list"></div><div class="said" aria-live="polite"></div></div>
        <div class="sums"><h4></h4><div class="bars"></div></div></div>
      <div class="chain"></div></div>`;
    for (const name of ["trail", "headline", "seen", "sees", "heads", "list", "said", "bars", "chain"]) this[name] = root.querySelector(`.${name}`);
    this.canvas = this.seen.querySelector("canvas");
    this.title = root.querySelector("h4");
    this.arrived = ({ detail }) => { if (detail === this.header?.picture) this.see(); };
    window.addEventListener("cnnviz-pictures", this.arrived);
    this.sizes = new ResizeObserver(() => { if (this.header && this.list.clientWidth !== this.width) this.draw(); });
    this.sizes.observe(this.list);
  }
  close() { window.removeEventListener("cnnviz-pictures", this.arrived); this.sizes.disconnect(); }

  load(message, send) {
    this.send = send;
    if (message === this.message) return;
    this.message = message;
    const header = (this.header = unpack(message)), { terms, blobs } = header, floats = (bytes) => new Float32Array(bytes.slice().buffer);
    this.palette = blobs[0];
    [this.values, this.weights, this.products] = blobs.slice(1, 4).map(floats);
    this.places = new Int32Array(blobs[4].slice().buffer);
    this.unit = header.chain.at(-1);
    this.base = header.chain[0];
    this.branches = new Set(terms.layers).size > 1;
    this.rule = terms.weighed ? ["·", "="] : [];
    const kinds = terms.weighed ? [this.values, this.weights, this.products] : [this.values];
    this.scales = kinds.map((numbers) => scaleOf(largest(numbers)));
    this.hover = null;
    this.list.scrollTop = 0;
    this.draw();
    this.root.dataset.drawn = (Number(this.root.dataset.drawn) || 0) + 1;
    this.root.dataset.unit = `${this.unit.layer} ${this.unit.place.join(",")}`;
    this.root.dataset.base = this.base.kind;
  }

  draw() {
    this.width = this.list.clientWidth;
    this.writeTrail();
    this.writeHeadline();
    this.writeChain();
    this.see();
    const { terms, pixel } = this.header;
    if (this.base.how === "input" || !terms.sent || !terms.count) this.writePlain(pixel);
    else { this.writeParts(); this.writeBars(); }
    this.say();
  }

  // What is shown of a unit's place: an output's name where it has one.
  name({ layer, place }) {
    const name = layer === this.header.output && place.length === 1 ? this.header.names[place[0]] : null;
    return name ? `${layer} ${at(place)} “${name}”` : `${layer} ${at(place)}`;
  }

  writeTrail() {
    const { trail } = this.header;
    this.trail.replaceChildren();
    trail.forEach((step, n) => {
      const button = html("<button type=button></button>");
      button.textContent = this.name(step);
      button.onclick = () => this.send("back", n);
      this.trail.append(button, html("<i>›</i>"));
    });
    const here = html("<b></b>");
    here.textContent = this.name(this.unit);
    this.trail.append(here);
    this.trail.scrollLeft = 1e6;
  }

  writeHeadline() {
    const { unit } = this, name = html('<span class="name"></span>'), value = html('<span class="value"></span>'), check = html('<span class="check"></span>');
    const called = unit.layer === this.header.output && unit.place.length === 1 ? this.header.names[unit.place[0]] : null;
    name.textContent = `${unit.layer} (${unit.kind}), ${placeWords(unit.place)}${called ? ` “${called}”` : ""}`;
    value.textContent = `= ${written(unit.value, 5)}`;
    check.textContent = checkWords(unit);
    check.classList.add(unit.agrees ? "good" : "bad");
    check.title = `Allowed: ${unit.tolerance.toExponential(1)}, which is 0.00001 of the value and what float32 loses in adding up the terms`;
    this.headline.replaceChildren(name, value, check);
  }

  writeChain() { this.chain.replaceChildren(...chainSteps(this.header.chain, (unit) => this.go(unit))); }

  writePlain(pixel) {
    const box = html('<div class="plain"></div>'), line = (words, kind = "") => { const p = html(`<p class="${kind}"></p>`); p.textContent = words; box.append(p); };
    if (pixel) {
      const { pixel: level, mean, std, value } = pixel, byte = Math.round(level * 255), swatch = html('<span class="swatch"></span>');
      const channel = this.base.place[0], levels = [0, 1, 2].map((c) => (this.header.channels === 3 && c !== channel ? 0 : byte));
      swatch.style.background = `rgb(${levels})`;
      line(pixelWords({ ...pixel, channel }, this.header.channels), "big");
      box.firstChild.prepend(swatch);
      line(`Normalised for the network: (pixel − mean) / std = (${written(level)} − ${written(mean)}) / ${written(std)} = ${written(value, 5)}`);
      line("Here the sums end: this number was not computed from others, it was seen.");
    } else line("This zero was put in by the layer: nothing was computed for it.");
    this.list.classList.remove("small");
    this.list.replaceChildren(box);
    this.heads.textContent = "The pixel behind the number";
    this.bars.replaceChildren();
    this.title.textContent = "";
    this.parts = [];
  }

  writeParts() {
    const { terms } = this.header, shape = terms.shape, small = shape[0] * shape[1] === 1;
    this.heads.textContent = headWords(this.branches ? "" : terms.layers[0], this.base.how, this.scales);
    this.list.classList.toggle("small", small);
    this.list.classList.toggle("branches", this.branches);
    this.boxes = layout(small ? 246 : this.width, shape, this.scales.length);
    this.parts = Array.from({ length: terms.sent }, (_, n) => {
      const part = html(`<div class="part${small ? " small" : ""}"><div class="label"><span class="what"></span><b class="much"></b></div></div>`);
      const canvas = html('<canvas tabindex="0" role="img"></canvas>');
      part.append(canvas);
      part.querySelector(".what").textContent = this.label(n);
      if (!small && terms.weighed) part.querySelector(".much").textContent = `Σ ${signed(terms.subtotals[n])}`;
      canvas.onpointermove = (event) => this.point(n, cellAt(this.boxes, shape, event.offsetX, event.offsetY));
      canvas.onpointerleave = () => this.point(null, null);
      canvas.onclick = (event) => this.enter(n, cellAt(this.boxes, shape, event.offsetX, event.offsetY));
      canvas.onkeydown = (event) => this.key(event, n);
      canvas.onblur = () => this.point(null, null);
      return { part, canvas };
    });
    this.list.replaceChildren(...this.parts.map(({ part }) => part));
    if (terms.sent < terms.count) {
      const more = html('<div class="part"></div>');
      more.textContent = `${terms.count - terms.sent} weaker ones are summed up at the right, and stand in the CSV.`;
      this.list.append(more);
    }
    this.parts.forEach((_, n) => this.paint(n));
  }

  label(n) {
    const { terms } = this.header, name = partName(terms, n, this.branches, this.base.how), one = terms.shape[0] * terms.shape[1] === 1;
    return this.branches || !one ? `${name}${this.branches ? "" : ` of ${terms.layers[n]}`}` : name;
  }

  paint(n) {
    const { terms } = this.header, [h, w, depth] = terms.shape, size = h * w, from = n * size, style = getComputedStyle(this.root.firstChild);
    const grids = [this.values, this.weights, this.products].slice(0, this.scales.length).map((numbers, k) => ({ numbers: numbers.subarray(from, from + size), scale: this.scales[k] }));
    drawPart(this.parts[n].canvas, this.boxes, terms.shape, grids, {
      palette: this.palette, padding: (i) => this.places[(from + i) * depth] < 0, marked: this.hover?.part === n ? this.hover.cell : null,
      winner: terms.winner && terms.winner[1] * w + terms.winner[2], signs: this.base.how === "distance" ? ["–", "→"] : this.rule, font: style.fontFamily, colour: style.color,
    });
    this.parts[n].canvas.setAttribute("aria-label", `${this.label(n)}: ${size} numbers`);
  }

  writeBars() {
    const { terms } = this.header, { how, bias, value, computed } = this.base, sums = how === "sum" || how === "distance";
    this.title.textContent = sums ? (terms.count > terms.bars ? `Partial sums, the ${terms.bars} strongest of ${terms.count}` : "Partial sums") : "";
    this.bars.replaceChildren();
    if (!sums) { this.bars.append(...otherwise(this.base)); return; }
    const shown = terms.subtotals.slice(0, terms.bars), limit = largest([...shown, bias ?? 0]) || Math.abs(terms.rest ?? 0) || 1;
    const shared = this.branches ? sharedPath(terms.layers) : 0;
    shown.forEach((much, n) => {
      const name = this.branches ? terms.layers[n].slice(shared) : partName(terms, n, false, how), bar = sumBar(name, much, limit, "button");
      bar.title = terms.layers[n];
      bar.onclick = () => { this.parts[n].part.scrollIntoView({ block: "nearest" }); this.point(n, null); };
      this.bars.append(bar);
    });
    if (terms.rest !== null) this.bars.append(sumBar(`${terms.count - terms.bars} others`, terms.rest, limit));
    if (bias !== null) this.bars.append(sumBar("bias", bias, limit));
    const total = sumBar("total", computed, Infinity);
    total.classList.add("total");
    const torch = html('<div class="torch"></div>');
    torch.textContent = `torch gave ${written(value, 6)}, ${this.base.difference === 0 ? "exactly this" : `${written(Math.abs(this.base.difference))} apart`}`;
    torch.classList.add(this.base.agrees ? "good" : "bad");
    this.bars.append(total, torch);
  }

  // Hovering looks: it marks the cell, its part and its bar, and says what the cell is.
  point(part, cell) {
    const before = this.hover?.part ?? null;
    if (before === part && (this.hover?.cell ?? null) === cell) return;
    this.hover = part === null ? null : { part, cell };
    this.parts.forEach(({ part: node }, n) => node.classList.toggle("here", n === part));
    [...this.bars.children].forEach((bar, n) => bar.classList.toggle("here", n === part && bar.tagName === "BUTTON"));
    for (const n of new Set([before, part])) if (n !== null) this.paint(n);
    this.say();
    this.see();
  }

  source({ part, cell }) {
    const [h, w, depth] = this.header.terms.shape, from = (part * h * w + cell) * depth, place = [...this.places.subarray(from, from + depth)];
    const layer = this.header.terms.layers[part];
    return place[0] < 0 ? null : { layer, place };
  }

  say() {
    const { terms } = this.header;
    if (!this.hover || this.hover.cell === null) {
      this.said.textContent = this.parts.length ? "Click a number, and it is unfolded in its turn. Hatched cells are padding." : "";
      return;
    }
    const [h, w] = terms.shape, i = this.hover.part * h * w + this.hover.cell, source = this.source(this.hover);
    const read = source ? `${source.layer} ${at(source.place)} = ${written(this.values[i], 5)}` : "padding: 0";
    const made = !terms.weighed ? "" : this.base.how === "distance" ? `, code ${written(this.weights[i], 5)}: ${written(this.products[i], 5)}`
      : `, times weight ${written(this.weights[i], 5)} = ${written(this.products[i], 5)}`;
    this.said.textContent = `${read}${source || terms.weighed ? made : ""}`;
  }

  see() {
    const { header } = this, size = header.input.map((side) => side + 2 * header.pad), field = header.field;
    const hovered = this.hover?.cell != null ? header.terms.fields?.[this.hover.cell] : null;
    paintSeen(this.canvas, this.seen.clientWidth, { ...header, hovered });
    const words = !field ? "Its place on the picture is not known." : (() => {
      const sides = field.map(([low, high], n) => [Math.max(low, 0), Math.min(high, size[n] - 1)]), all = sides.every(([low, high], n) => low === 0 && high === size[n] - 1);
      if (all) return "It sees the whole picture.";
      if (sides.every(([low, high]) => low === high)) return `It sees one pixel: row ${sides[0][0]}, column ${sides[1][0]}.`;
      const [down, across] = field.map(([low, high]) => high - low + 1);
      return `It sees ${down} × ${across} pixels: rows ${sides[0].join(" to ")}, columns ${sides[1].join(" to ")}.`;
    })();
    this.sees.textContent = words;
    this.canvas.setAttribute("aria-label", `The picture with the receptive field. ${words}`);
  }

  enter(part, cell) {
    const source = cell === null ? null : this.source({ part, cell });
    if (source) this.go(source);
  }
  go({ layer, place }) { this.send("unit", { layer, place }); }

  key(event, n) {
    const [h, w] = this.header.terms.shape, cell = this.hover?.part === n && this.hover.cell !== null ? this.hover.cell : 0;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -w, ArrowDown: w }[event.key];
    if (event.key === "Enter" || event.key === " ") this.enter(n, cell);
    else if (step === undefined) return;
    else if (this.hover?.part === n && this.hover.cell !== null && cell + step >= 0 && cell + step < h * w) this.point(n, cell + step);
    else this.point(n, cell);
    event.preventDefault();
  }
}

export default oneView(UnitTrace, (trace, { data, setTriggerValue }) => trace.load(data, setTriggerValue));
