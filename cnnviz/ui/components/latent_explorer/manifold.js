// The plane of a latent space of two dimensions: a decoding for every place, coarse at first; the cross is where z stands.

const ACROSS = 16, PLANE = ACROSS * SIDE;     // decodings a side; pixels
const COARSE = [4, 2, 1];                     // decodings a side that one stands for, pass after pass
const DOT = 1.5, FAINT = 0.4;                  // pixels, radius of an encoded picture; how opaque it is
const ARROWS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const NUDGE = 1 / 60;                         // of the reach: 0.05 of 3; ten times as far with Shift

class Manifold {
  // moved([z1, z2]): by hand
  constructor(moved) {
    this.moved = moved;
    this.element = html(`<figure class="manifold"><div class="up"><span class="high"></span><b>z<sub>2</sub></b><span class="low"></span></div>
      <div class="plane" tabindex="0" role="application"><canvas class="dots" width="${PLANE}" height="${PLANE}"></canvas>
        <canvas class="tiles" width="${PLANE}" height="${PLANE}"></canvas><i class="across"></i><i class="down"></i><i class="spot"></i></div>
      <div class="along"><span class="low"></span><b>z<sub>1</sub></b><span class="high"></span></div>
      <figcaption><span class="says"></span><label class="switch"><input type="checkbox" checked> Encodings</label>
        <button class="save" title="The plane as a file">PNG</button></figcaption><div class="legend"></div></figure>`);
    for (const name of ["plane", "dots", "tiles", "says", "switch", "save", "legend"]) this[name] = this.element.querySelector(`.${name}`);
    [this.across, this.down, this.spot] = this.plane.querySelectorAll("i");
    this.pen = this.tiles.getContext("2d");
    this.tile = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
    this.image = new ImageData(SIDE, SIDE);
    this.picture = new Float32Array(SIDE * SIDE);
    this.jobs = COARSE.flatMap((stride) => Array.from({ length: (ACROSS / stride) ** 2 }, (_, k) => {
      const side = ACROSS / stride;
      return { stride, row: Math.floor(k / side) * stride, col: (k % side) * stride };
    }));
    this.next = this.jobs.length;
    this.checkbox = this.switch.querySelector("input");
    this.checkbox.onchange = () => this.overlay();
    this.save.onclick = () => savePng(this.checkbox.checked ? [this.dots, this.tiles] : [this.tiles], 2, "latent plane.png");
    this.plane.onpointerdown = (event) => {
      if (!event.isPrimary || event.button > 0) return;
      this.plane.setPointerCapture(event.pointerId);
      this.held = true;
      this.point(event);
    };
    this.plane.onpointermove = (event) => { if (this.held && event.isPrimary) this.point(event); };
    this.plane.onpointerup = this.plane.onpointercancel = this.plane.onlostpointercapture = () => { this.held = false; };
    this.plane.onkeydown = (event) => this.key(event);
  }

  build({ start, reach, point_classes: names, point_colours: colours }) {
    this.element.hidden = start.length !== 2;
    Object.assign(this, { reach, names, colours });
    const end = shortNumber(reach);
    this.element.querySelectorAll(".high").forEach((each) => { each.textContent = end; });
    this.element.querySelectorAll(".low").forEach((each) => { each.textContent = `−${end}`; });
  }

  // The encodings of a data set: points (x, y, x, y, ...), labels
  scatter(points, labels) {
    const pen = this.dots.getContext("2d"), n = labels.length, scale = PLANE / (2 * this.reach);
    pen.globalAlpha = 1;
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, PLANE, PLANE);
    pen.globalAlpha = FAINT;
    let outside = 0;
    for (let k = 0; k < n; k++) {
      const x = (points[2 * k] + this.reach) * scale, y = (this.reach - points[2 * k + 1]) * scale;
      if (x < 0 || x > PLANE || y < 0 || y > PLANE) { outside++; continue; }
      pen.fillStyle = this.colours[labels[k]] ?? "#888";
      pen.beginPath();
      pen.arc(x, y, DOT, 0, 2 * Math.PI);
      pen.fill();
    }
    this.count = n;
    this.outside = outside;
    this.legend.replaceChildren(...this.names.map((name, k) => {
      const entry = html("<span><i></i></span>");
      entry.firstChild.style.background = this.colours[k] ?? "#888";
      entry.append(name);
      return entry;
    }));
    this.switch.hidden = !n;
    this.overlay();
  }

  overlay() {
    const on = this.count > 0 && this.checkbox.checked;
    this.dots.style.visibility = on ? "visible" : "hidden";
    this.legend.hidden = !on;
    const outside = this.outside ? `, ${this.outside.toLocaleString("en")} of them beyond the edge` : "";
    this.says.textContent = `${ACROSS} × ${ACROSS} decodings${on ? ` over ${this.count.toLocaleString("en")} encodings${outside}` : ""}.`;
  }

  point({ clientX, clientY }) {
    const { left, top, width, height } = this.tiles.getBoundingClientRect();
    this.go(((clientX - left) / width - 0.5) * 2 * this.reach, (0.5 - (clientY - top) / height) * 2 * this.reach);
  }

  key(event) {
    const step = ARROWS[event.key];
    if (!step) return;
    event.preventDefault();
    const by = NUDGE * this.reach * (event.shiftKey ? 10 : 1);
    this.go(this.z[0] + by * step[0], this.z[1] + by * step[1]);
  }

  go(...place) {
    this.z = place.map((value) => Math.round(100 * Math.min(this.reach, Math.max(-this.reach, value))) / 100);   // a second key may come before a frame
    this.moved(this.z);
  }

  show({ z }) {
    if (z.length !== 2) return;
    this.z = z;
    const share = (value) => 50 + (50 * Math.min(this.reach, Math.max(-this.reach, value))) / this.reach;
    const [left, top] = [`${share(z[0])}%`, `${100 - share(z[1])}%`];
    this.down.style.left = this.spot.style.left = left;
    this.across.style.top = this.spot.style.top = top;
    this.plane.setAttribute("aria-label", `The plane of decodings; z is ${latentText(z)}. Arrow keys move it, with Shift in larger steps.`);
  }

  outdate() { this.next = 0; }

  work({ z, label, decoder }) {
    if (z.length !== 2 || this.next >= this.jobs.length) return false;
    const { stride, row, col } = this.jobs[this.next++], middle = (at) => (2 * (at + stride / 2)) / ACROSS - 1;
    decoder.decode([this.reach * middle(col), -this.reach * middle(row)], label, this.picture);
    putPicture(stride > 1 ? this.tile.getContext("2d") : this.pen, this.image, this.picture, ...(stride > 1 ? [] : [col * SIDE, row * SIDE]));
    if (stride > 1) this.pen.drawImage(this.tile, col * SIDE, row * SIDE, stride * SIDE, stride * SIDE);
    return true;
  }
}
