const TALL = 225;             // px, the picture at most
const MARK = "#E69F00";
const ENLARGED = 1.45;        // at most: small networks are drawn larger than their 1:1
const SHRUNK = 0.72;          // of the width: a drawing that is only a little too high is drawn smaller, others scroll

const grouped = (number) => Number(number).toLocaleString("en-GB");
const by = (numbers) => numbers.map(grouped).join(" × ");

function bytes(number) {
  if (number < 1e3) return `${number} B`;
  return number < 1e6 ? `${shortNumber(number / 1e3, 1)} kB` : `${shortNumber(number / 1e6, 1)} MB`;
}

// The drawing, and beside it the picture with what a layer's unit in the middle sees. Hovering looks, a click chooses.
class NetworkView {
  constructor(root) {
    this.root = root;
    root.innerHTML = `<div class="view"><div class="stage"><div class="drawing"></div><div class="legend"></div><button class="all" hidden></button></div>
      <div class="seen"><canvas role="img"></canvas><div class="words"><div class="sees"></div><div class="caption"></div></div></div>
      <dl class="facts" aria-live="polite"></dl></div>`;
    for (const name of ["view", "drawing", "legend", "all", "seen", "sees", "facts", "caption"]) this[name] = root.querySelector(`.${name}`);
    this.canvas = root.querySelector("canvas");
    this.drawing.onpointerover = (event) => this.look(this.layerAt(event));
    this.drawing.onpointerleave = () => this.look(null);
    this.drawing.onclick = (event) => this.choose(this.layerAt(event));
    this.drawing.addEventListener("focusin", (event) => { if (event.target.matches(":focus-visible")) this.look(this.layerAt(event)); });
    this.drawing.addEventListener("focusout", () => this.look(null));
    this.drawing.onkeydown = (event) => this.key(event);
    this.all.onclick = () => { this.view.classList.toggle("whole"); this.fit(); };
    this.arrived = (event) => { if (event.detail === this.header?.picture) this.draw(); };
    window.addEventListener("cnnviz-pictures", this.arrived);
    this.sizes = new ResizeObserver(() => { if (this.drawing.clientWidth !== this.width) this.fit(); });
    this.sizes.observe(this.drawing);
  }
  close() { window.removeEventListener("cnnviz-pictures", this.arrived); this.sizes.disconnect(); }

  load(message, send) {
    this.send = send;
    if (message !== this.message) {
      this.message = message;
      const before = this.header, chosen = this.selected, header = (this.header = unpack(message));
      this.rows = new Map(header.rows.map((row) => [row.name, row]));
      this.names = header.rows.map((row) => row.name);
      this.view.style.setProperty("--high", `${header.height}px`);
      this.selected = header.selected;
      this.hovered = this.rows.has(this.hovered) ? this.hovered : null;
      if (header.svg !== before?.svg) this.place(header.svg);
      this.fit();
      if (this.selected !== chosen || header.svg !== before?.svg) this.reveal();
    }
    this.root.dataset.drawn = (Number(this.root.dataset.drawn) || 0) + 1;
  }

  place(svg) {
    this.drawing.innerHTML = svg;
    this.drawing.scrollTop = 0;
    const net = this.drawing.querySelector("svg");
    net.setAttribute("role", "group");
    this.groups = new Map([...net.querySelectorAll("[data-layer]")].map((group) => [group.dataset.layer, group]));
    for (const group of this.groups.values()) {
      group.setAttribute("role", "button");
      group.setAttribute("aria-label", group.querySelector("title").textContent.replaceAll("\n", ", "));
      group.querySelector("title").remove();   // the panel says it, and says it at once
    }
    this.takeLegend(net);
    this.pins = ["pin hover", "pin"].map((name) => {
      const pin = document.createElementNS("http://www.w3.org/2000/svg", "path");
      pin.setAttribute("class", name);
      net.append(pin);
      return pin;
    });
    this.hovered = null;
  }

  // The drawing's one line of colours (squares with their words) becomes text that wraps: it would be wider than small networks.
  takeLegend(net) {
    this.legend.replaceChildren(...[...net.querySelectorAll(":scope > rect")].map((square) => {
      const words = square.nextElementSibling, entry = html("<span><i></i></span>");
      entry.firstChild.style.background = square.getAttribute("fill");
      entry.append(words.textContent);
      square.remove();
      words.remove();
      return entry;
    }));
    if (!this.legend.hasChildNodes()) return;
    const [left, top] = net.getAttribute("viewBox").split(" "), box = net.getBBox();
    const [width, height] = [box.x + box.width - left + 4, box.y + box.height + 4].map(Math.ceil);
    for (const [name, value] of Object.entries({ width, height, viewBox: `${left} ${top} ${width} ${height}` })) net.setAttribute(name, value);
  }

  // The drawing takes the width; where that makes it much too high it scrolls in its frame, and a button shows it whole.
  fit() {
    const net = this.drawing.querySelector("svg");
    this.width = this.drawing.clientWidth;
    if (!net || !this.width) return;
    const [, , width, height] = net.getAttribute("viewBox").split(" ").map(Number), high = this.header.height;
    const fits = Math.min(this.width / width, ENLARGED, high / height), plain = Math.min(this.width / width, 1);
    const scrolls = fits < plain * SHRUNK, whole = this.view.classList.contains("whole");
    net.style.width = `${Math.floor((scrolls ? plain : fits) * width)}px`;
    this.all.hidden = !scrolls;
    this.all.textContent = whole ? "Show less" : "Show the whole drawing";
    this.draw();
  }

  // Scrolls the frame, not the page, to the chosen layer.
  reveal() {
    const group = this.groups.get(this.selected).getBoundingClientRect(), frame = this.drawing.getBoundingClientRect();
    if (group.top < frame.top || group.bottom > frame.bottom) this.drawing.scrollTop += (group.top + group.bottom - frame.top - frame.bottom) / 2;
  }

  layerAt(event) { return event.target.closest?.("[data-layer]")?.dataset.layer ?? null; }
  look(name) { if (name !== this.hovered) { this.hovered = name; this.draw(); } }
  choose(name) {
    if (!name) return;
    this.selected = name;
    this.draw();
    this.send("layer", name);
  }
  key(event) {
    const at = this.names.indexOf(this.layerAt(event) ?? this.selected), last = this.names.length - 1;
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
    if (event.key === "Enter" || event.key === " ") this.choose(this.names[at]);
    else if (to === undefined) return;
    else this.groups.get(this.names[Math.min(Math.max(to, 0), last)])?.focus();
    event.preventDefault();
  }

  draw() {
    if (!this.header || !this.groups) return;
    const name = this.hovered ?? this.selected, row = this.rows.get(name);
    for (const [layer, group] of this.groups) {
      group.classList.toggle("chosen", layer === this.selected);
      group.classList.toggle("here", layer === this.hovered && layer !== this.selected);
      group.setAttribute("tabindex", layer === this.selected ? "0" : "-1");
      group.setAttribute("aria-pressed", layer === this.selected);
    }
    this.pin(this.pins[0], this.hovered === this.selected ? null : this.hovered);
    this.pin(this.pins[1], this.selected);
    this.write(row);
    this.paint(row);
    this.root.dataset.shown = name;
  }

  // A triangle above the block: slices are thin.
  pin(pin, name) {
    const box = name && this.groups.get(name)?.getBBox();
    pin.setAttribute("d", box ? `M${box.x + box.width / 2 - 5} ${box.y - 10}h10l-5 9z` : "");
  }

  write(row) {
    const fields = row.field;
    this.sees.textContent = this.words(row);
    this.facts.replaceChildren(...[
      [row.kind, row.name], ["output", by(row.shape)], ["parameters", grouped(row.parameters)], ["multiply-adds", grouped(row.macs)],
      ["memory", bytes(row.bytes)],
      ...(fields ? [["receptive field", by(fields.size)], ["jump", fields.jump[0] === fields.jump[1] ? grouped(fields.jump[0]) : by(fields.jump)]] : []),
    ].map(([term, value]) => {
      const fact = html("<div><dt></dt><dd></dd></div>");
      fact.firstChild.textContent = term;
      fact.lastChild.textContent = value;
      return fact;
    }));
    this.caption.textContent = this.header.caption;
  }

  words(row) {
    const field = row.field, [height, width] = this.header.input;
    if (!field) return "It has no place on the picture.";
    const [[top, bottom], [left, right]] = field.span;
    const inside = [Math.min(bottom, height - 1) - Math.max(top, 0) + 1, Math.min(right, width - 1) - Math.max(left, 0) + 1];
    const over = top < 0 || left < 0 || bottom >= height || right >= width;
    const unit = field.places[0] * field.places[1] > 1 ? `The unit at (${field.place.join(", ")})` : "Each unit";
    if (inside[0] === height && inside[1] === width) return `${unit} sees the whole picture${over ? ", and padding round it" : ""}.`;
    const neighbour = field.next && field.jump[1] ? "; dashed: its right neighbour" : "";
    return `${unit} sees ${by(field.size)} pixels${over ? `, ${by(inside)} of them on the picture` : ""}${neighbour}.`;
  }

  paint(row) {
    const [height, width] = this.header.input, scale = Math.min(this.seen.clientWidth / width, TALL / height), ratio = window.devicePixelRatio || 1;
    const [w, h] = [Math.max(24, Math.round(width * scale)), Math.max(24, Math.round(height * scale))];
    Object.assign(this.canvas, { width: Math.round(w * ratio), height: Math.round(h * ratio) });
    Object.assign(this.canvas.style, { width: `${w}px`, height: `${h}px` });
    this.canvas.setAttribute("aria-label", `The input with the receptive field: ${this.words(row)}`);
    const pen = this.canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const picture = pictureCanvas(this.header.picture);
    pen.imageSmoothingEnabled = picture ? picture.width > w * ratio : false;
    if (picture) pen.drawImage(picture, 0, 0, w, h);
    if (!row.field) return;
    const [sx, sy] = [w / width, h / height];
    const box = ([[top, bottom], [left, right]]) => [left * sx, top * sy, (right - left + 1) * sx, (bottom - top + 1) * sy];
    const [x, y, across, down] = box(row.field.span);
    pen.fillStyle = "rgba(0, 0, 0, .5)";
    pen.beginPath();
    pen.rect(0, 0, w, h);
    pen.rect(x, y, across, down);
    pen.fill("evenodd");
    if (row.field.next && row.field.jump[1] > 0) {
      pen.setLineDash([5, 4]);
      this.outline(pen, box(row.field.next), "#fff", 1.5);
      pen.setLineDash([]);
    }
    this.outline(pen, [x, y, across, down], MARK, 2.5);
  }
  outline(pen, [x, y, w, h], colour, width) {
    pen.lineWidth = width + 2;
    pen.strokeStyle = "rgba(0, 0, 0, .65)";
    pen.strokeRect(x, y, w, h);
    pen.lineWidth = width;
    pen.strokeStyle = colour;
    pen.strokeRect(x, y, w, h);
  }
}

export default oneView(NetworkView, (view, { data, setTriggerValue }) => view.load(data, setTriggerValue));
