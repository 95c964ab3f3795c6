// A network's map: its dots, faint; the way through them; the frame that is shown as a moving dot. A click on a dot picks it.

const EDGE = 14, REACH = 14;         // CSS pixels free round the map; within which a dot answers
const STRAYS = 0.002;                // share of the dots that may lie outside on each side
const MARK = "#E69F00", CARD = 84;   // CSS pixels of a hovered picture

// Digit number `index` of a sheet with 100 a row; null before it has come
function cut(sheet, index) {
  if (!sheet) return null;
  const top = Math.floor(index / 100) * SIDE, left = (index % 100) * SIDE, bytes = new Uint8Array(SIDE * SIDE);
  for (let row = 0; row < SIDE; row++) bytes.set(sheet.bytes.subarray((top + row) * sheet.width + left, (top + row) * sheet.width + left + SIDE), row * SIDE);
  return pixelCanvas({ bytes, width: SIDE, height: SIDE });
}

class WalkMap {
  constructor(picked) {
    this.picked = picked;
    this.element = html(`<div class="map"><canvas class="dots"></canvas><canvas class="over" role="img"></canvas><div class="card" hidden><span></span></div></div>`);
    [this.dots, this.over, this.card] = this.element.children;
    this.over.onpointermove = (event) => this.hover(event);
    this.over.onpointerleave = () => this.leave();
    this.over.onclick = (event) => { const index = this.near(event); if (index >= 0) this.picked(index); };
  }

  show(track, header, ink, paper) {
    const known = kept("Arrays", track.map_id), text = [track.map_id, Boolean(known), ink, paper, this.element.clientWidth, this.element.clientHeight, track.path].join();
    Object.assign(this, { track, header, ink, paper, known });
    if (text === this.text) return;
    this.text = text;
    this.leave();
    this.fit();
    this.scatter();
  }

  // One scale both ways, so that a circle is round; nearly all dots, and all of the way, are inside
  fit() {
    const { clientWidth: width, clientHeight: height } = this.element, ratio = Math.min(2, devicePixelRatio || 1);
    Object.assign(this, { width, height, ratio });
    for (const canvas of [this.dots, this.over]) {
      Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
      canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    const bounds = [0, 1].map((d) => {
      const way = this.track.path.map((place) => place[d]), sorted = this.known ? this.known.points.filter((_, i) => i % 2 === d).sort() : way;
      const last = sorted.length - 1, low = Math.min(sorted[Math.round(STRAYS * last)], ...way), high = Math.max(sorted[Math.round((1 - STRAYS) * last)], ...way);
      return { middle: (low + high) / 2, half: Math.max((high - low) / 2, 1e-6) };
    });
    this.bounds = bounds;
    this.scale = Math.min((width / 2 - EDGE) / bounds[0].half, (height / 2 - EDGE) / bounds[1].half);
  }

  at([a, b]) { return [this.width / 2 + (a - this.bounds[0].middle) * this.scale, this.height / 2 - (b - this.bounds[1].middle) * this.scale]; }

  scatter() {
    const pen = this.dots.getContext("2d"), { class_colours: colours, classes } = this.header;
    pen.clearRect(0, 0, this.width, this.height);
    if (!this.known) return;
    const { points, labels } = this.known, count = labels.length;
    this.places = new Float32Array(2 * count);
    pen.globalAlpha = 0.5;
    for (let label = 0; label < colours.length; label++) {
      pen.fillStyle = colours[label];
      for (let i = 0; i < count; i++) {
        if (labels[i] !== label) continue;
        const [x, y] = this.at([points[2 * i], points[2 * i + 1]]);
        this.places[2 * i] = x;
        this.places[2 * i + 1] = y;
        pen.fillRect(x - 0.9, y - 0.9, 1.8, 1.8);
      }
    }
    pen.globalAlpha = 1;
    this.named(pen, classes, labels);
    this.axes(pen);
  }

  // The name of a class where the middle of its dots lies
  named(pen, classes, labels) {
    pen.font = "600 13px sans-serif";
    pen.textAlign = "center";
    classes.forEach((name, label) => {
      const own = [...labels.keys()].filter((i) => labels[i] === label);
      if (!own.length) return;
      const [x, y] = [0, 1].map((d) => own.map((i) => this.places[2 * i + d]).sort((a, b) => a - b)[own.length >> 1]);
      this.write(pen, name, x, y + 4);
    });
  }

  write(pen, text, x, y) {
    Object.assign(pen, { lineWidth: 3, lineJoin: "round", strokeStyle: this.paper, fillStyle: this.ink });
    pen.strokeText(text, x, y);
    pen.fillText(text, x, y);
  }

  axes(pen) {
    const { width, height, bounds, scale } = this, [across, up] = this.track.axes;
    pen.font = "10px sans-serif";
    [[0, width], [1, height]].forEach(([d, long]) => {
      const far = long / 2 / scale, { values, decimals } = roundSteps(bounds[d].middle - far, bounds[d].middle + far, 4);
      for (const value of values) {
        const [x, y] = this.at(d ? [0, value] : [value, 0]), room = d ? y > 22 && y < height - 20 : x > 22 && x < width - 64;
        pen.fillStyle = this.ink;
        if (!room) continue;
        pen.textAlign = d ? "left" : "center";
        if (d) pen.fillRect(0, y, 4, 1); else pen.fillRect(x, height - 4, 1, 4);
        this.write(pen, fixed(value, decimals), d ? 6 : x, d ? y + 3 : height - 6);
      }
    });
    pen.textAlign = "right";
    this.write(pen, `${across} →`, width - 4, height - 6);
    pen.textAlign = "left";
    this.write(pen, `↑ ${up}`, 4, 12);
  }

  mark(frame) {
    const pen = this.over.getContext("2d"), way = this.track.path.map((place) => this.at(place));
    pen.clearRect(0, 0, this.width, this.height);
    for (const [style, wide] of [[this.paper, 5], [this.ink, 2]]) {
      Object.assign(pen, { strokeStyle: style, lineWidth: wide, lineJoin: "round" });
      pen.beginPath();
      way.forEach(([x, y], k) => (k ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      pen.stroke();
    }
    Object.assign(pen, { font: "700 12px sans-serif", textAlign: "center" });
    [["A", way[0]], ["B", way.at(-1)]].forEach(([name, [x, y]]) => {
      pen.beginPath(); pen.arc(x, y, 9, 0, 7);
      Object.assign(pen, { fillStyle: this.ink, strokeStyle: name === this.header.active ? MARK : this.paper, lineWidth: name === this.header.active ? 3 : 1.5 });
      pen.fill(); pen.stroke();
      pen.fillStyle = this.paper;
      pen.fillText(name, x, y + 4);
    });
    const [x, y] = way[frame];
    pen.beginPath(); pen.arc(x, y, 6, 0, 7);
    Object.assign(pen, { fillStyle: MARK, strokeStyle: this.ink, lineWidth: 2 });
    pen.fill(); pen.stroke();
  }

  near({ clientX, clientY }) {
    const { left, top } = this.over.getBoundingClientRect(), x = clientX - left, y = clientY - top;
    let best = -1, least = REACH * REACH;
    for (let i = 0; this.known && 2 * i < this.places.length; i++) {
      const distance = (this.places[2 * i] - x) ** 2 + (this.places[2 * i + 1] - y) ** 2;
      if (distance < least) [best, least] = [i, distance];
    }
    return best;
  }

  hover(event) {
    const index = this.near(event);
    if (index < 0) return this.leave();
    if (index !== this.hovered) {
      this.hovered = index;
      const picture = cut(kept("Pictures", this.header.picture_id), index);
      this.card.replaceChildren(...(picture ? [picture] : []), this.card.lastElementChild);
      this.card.lastElementChild.textContent = `${this.header.classes[this.known.labels[index]]} · number ${index.toLocaleString("en")}`;
      this.card.hidden = false;
    }
    const [x, y] = [this.places[2 * index], this.places[2 * index + 1]], { offsetWidth: wide, offsetHeight: tall } = this.card;
    const beside = x + 12 + wide < this.width ? x + 12 : x - 12 - wide;
    this.card.style.transform = `translate(${Math.max(2, beside)}px, ${Math.max(2, Math.min(y - tall / 2, this.height - tall - 2))}px)`;
  }

  leave() { this.hovered = -1; this.card.hidden = true; }
}
