// A film as a strip, and below it what its frames cost: both over the same shares of the way, with a line at the frame shown.

const THUMB = 34;            // CSS pixels, about, of a picture of the strip
const PARTS = { reconstruction: "#56B4E9", kl: "#E69F00" };
const FOOT = 16;             // CSS pixels for the numbers of the way

class Course {
  // looked(frame or null): the pointer is over a frame; chosen(frame): it was pressed
  constructor(looked, chosen) {
    this.element = html(`<div class="course"><canvas class="strip"></canvas><svg class="curve" role="img"></svg><div class="line"></div></div>`);
    [this.strip, this.curve, this.line] = this.element.children;
    const frame = ({ clientX }) => {
      const { left } = this.element.getBoundingClientRect();
      return Math.max(0, Math.min(this.frames - 1, Math.round((clientX - left - this.half) / (this.width - 2 * this.half) * (this.frames - 1))));
    };
    this.element.onpointerdown = (event) => { if (event.button > 0) return; this.element.setPointerCapture(event.pointerId); chosen(frame(event)); };
    this.element.onpointermove = (event) => (event.buttons ? chosen(frame(event)) : looked(frame(event)));
    this.element.onpointerleave = this.element.onpointercancel = () => looked(null);
  }

  x(frame) { return this.half + (this.width - 2 * this.half) * frame / (this.frames - 1); }

  // pictures: a canvas a frame; top: nats at the upper edge, the same for all films
  show(track, pictures, top, ink) {
    const { clientWidth: width } = this.element, ratio = Math.min(2, devicePixelRatio || 1);
    const many = Math.max(3, Math.floor(width / THUMB)), side = width / many;
    Object.assign(this, { width, frames: pictures.length, half: side / 2 });
    Object.assign(this.strip, { width: Math.round(width * ratio), height: Math.round(side * ratio) });
    this.strip.style.height = `${side}px`;
    const pen = this.strip.getContext("2d");
    Object.assign(pen, { imageSmoothingEnabled: false, fillStyle: "#000" });
    pen.scale(ratio, ratio);
    for (let k = 0; k < many; k++) pen.drawImage(pictures[Math.round(k / (many - 1) * (pictures.length - 1))], k * side, 0, side, side);
    const height = this.element.clientHeight - side, low = height - FOOT, y = (nats) => low * (1 - nats / top), { values, decimals } = roundSteps(0, top, 4);
    const base = track.reconstruction.map(() => 0), both = track.reconstruction.map((value, k) => value + (track.kl?.[k] ?? 0));
    const place = (list) => list.map((value, k) => `${this.x(k).toFixed(2)},${y(value).toFixed(2)}`);
    const area = (from, to, colour) => `<polygon points="${[...place(to), ...place(from).reverse()].join(" ")}" fill="${colour}" fill-opacity=".4"/>`;
    const grid = values.slice(1).filter((value) => y(value) > 12).map((value, k) => `<line x1="0" x2="${width}" y1="${y(value)}" y2="${y(value)}" class="grid"/>
      <text x="2" y="${y(value) - 2}">${fixed(value, decimals)}${k ? "" : " nats"}</text>`).join("");
    const shares = ["A, t = 0", "0.25", "0.5", "0.75", "t = 1, B"].map((text, k) => k % 4
      ? `<text x="${this.x(k / 4 * (this.frames - 1))}" y="${height - 3}" text-anchor="middle">${text}</text>`
      : `<text x="${k ? width - 2 : 2}" y="${height - 3}" text-anchor="${k ? "end" : "start"}">${text}</text>`).join("");
    this.curve.setAttribute("viewBox", `0 0 ${width} ${height}`);
    Object.assign(this.curve.style, { height: `${height}px`, color: ink });
    this.curve.innerHTML = area(base, track.reconstruction, PARTS.reconstruction) + (track.kl ? area(track.reconstruction, both, PARTS.kl) : "")
      + `<polyline points="${place(both).join(" ")}" fill="none" stroke="currentColor" stroke-width="1.8"/>${grid}<line x1="0" x2="${width}" y1="${low}" y2="${low}" class="axis"/>${shares}
      <circle r="4.5" fill="${MARK}" stroke="currentColor" stroke-width="1.5"/>`;
    this.curve.setAttribute("aria-label", `${track.title}: loss in nats from A to B, ${fixed(Math.min(...both), 1)} to ${fixed(Math.max(...both), 1)}`);
    this.dot = this.curve.querySelector("circle");
    this.height = (frame) => y(both[frame]);
  }

  mark(frame) {
    this.line.style.transform = `translateX(${this.x(frame)}px)`;
    this.dot.setAttribute("cx", this.x(frame));
    this.dot.setAttribute("cy", this.height(frame));
  }
}
