// What lies over the dots: axes, names of classes, rings, the visitor's own pictures, the lasso.

const RING = 8, OWN = 34, CROSS = 92;   // CSS pixels: radius of a ring, side of a visitor's picture, of the corner with the three axes

class Overlay {
  constructor(canvas) { this.canvas = canvas; this.pen = canvas.getContext("2d"); }

  resize(width, height, ratio) {
    Object.assign(this, { width, height });
    Object.assign(this.canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  paint({ projection, axes, ink, paper, names, rings, markers, lasso, spot, pictures }) {
    const { pen } = this;
    pen.clearRect(0, 0, this.width, this.height);
    pen.font = "12px sans-serif";
    Object.assign(this, { ink, paper });
    if (projection.dimensions === 2) this.flatAxes(projection, axes); else this.turnedAxes(projection, axes);
    for (const { x, y, text } of names) this.name(text, x, y);
    for (const { index, colour, wide } of rings) this.ring(projection.x[index], projection.y[index], colour, wide);
    markers.forEach((marker, k) => this.marker(...projection.at(marker.at), marker, pictures[k]));
    if (spot) this.spot(...projection.at(spot));
    if (lasso?.length > 1) this.lasso(lasso);
  }

  flatAxes(projection, [across, up]) {
    const { pen, width, height } = this, [left, top] = projection.under(0, 0), [right, bottom] = projection.under(width, height);
    pen.fillStyle = pen.strokeStyle = this.ink;
    pen.globalAlpha = 0.65;
    pen.textAlign = "center";
    const x = roundSteps(left, right, 5), y = roundSteps(bottom, top, 5);
    for (const value of x.values) {
      const [at] = projection.at([value, 0]);
      if (at > 30 && at < width - 90) { pen.fillRect(at, height - 5, 1, 5); pen.fillText(fixed(value, x.decimals), at, height - 8); }
    }
    pen.textAlign = "left";
    for (const value of y.values) {
      const [, at] = projection.at([0, value]);
      if (at > 24 && at < height - 24) { pen.fillRect(0, at, 5, 1); pen.fillText(fixed(value, y.decimals), 8, at + 4); }
    }
    pen.globalAlpha = 1;
    pen.textAlign = "right";
    pen.fillText(`${across} →`, width - 6, height - 8);
    pen.textAlign = "left";
    pen.fillText(`↑ ${up}`, 6, 14);
  }

  turnedAxes(projection, axes) {
    const { pen, height } = this, { middle, half } = projection;
    pen.strokeStyle = pen.fillStyle = this.ink;
    const zero = projection.at(middle);
    axes.forEach((name, d) => {
      const [x, y] = projection.at(middle.map((value, each) => value + (each === d ? half : 0)));
      const length = Math.hypot(x - zero[0], y - zero[1]) || 1, by = (48 / length) * Math.min(1, length / (projection.scale * half));
      const end = [CROSS + (x - zero[0]) * by, height - 64 + (y - zero[1]) * by];
      pen.beginPath(); pen.moveTo(CROSS, height - 64); pen.lineTo(...end); pen.stroke();
      pen.textAlign = end[0] < CROSS ? "right" : "left";
      pen.fillText(name, end[0] + (end[0] < CROSS ? -3 : 3), end[1] + 4);
    });
  }

  name(text, x, y) {
    const { pen } = this;
    pen.font = "600 15px sans-serif";
    pen.textAlign = "center";
    pen.lineWidth = 4;
    pen.lineJoin = "round";
    pen.strokeStyle = this.paper;
    pen.strokeText(text, x, y + 5);
    pen.fillStyle = this.ink;
    pen.fillText(text, x, y + 5);
    pen.font = "12px sans-serif";
  }

  ring(x, y, colour, wide) {
    const { pen } = this;
    for (const [style, width] of [[this.paper, wide + 2.5], [colour, wide]]) {
      pen.strokeStyle = style;
      pen.lineWidth = width;
      pen.beginPath();
      pen.arc(x, y, RING - (wide < 2 ? 2 : 0), 0, 2 * Math.PI);
      pen.stroke();
    }
    pen.lineWidth = 1;
  }

  // A free place that was clicked
  spot(x, y) {
    const { pen } = this;
    for (const [style, width] of [[this.paper, 5], [this.ink, 2]]) {
      pen.strokeStyle = style;
      pen.lineWidth = width;
      pen.beginPath();
      for (const slope of [-1, 1]) { pen.moveTo(x - 6, y - 6 * slope); pen.lineTo(x + 6, y + 6 * slope); }
      pen.stroke();
    }
    pen.lineWidth = 1;
  }

  marker(x, y, depth, { title }, picture) {
    const { pen } = this, left = x + 10, top = y - OWN - 10;
    this.ring(x, y, this.ink, 3);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(picture, left, top, OWN, OWN);
    pen.strokeStyle = this.ink;
    pen.strokeRect(left, top, OWN, OWN);
    pen.textAlign = "left";
    pen.lineWidth = 3;
    pen.strokeStyle = this.paper;
    pen.strokeText(title, left + OWN + 5, top + 13);
    pen.fillStyle = this.ink;
    pen.fillText(title, left + OWN + 5, top + 13);
    pen.lineWidth = 1;
  }

  lasso(path) {
    const { pen } = this;
    pen.beginPath();
    path.forEach(([x, y], k) => (k ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.closePath();
    pen.globalAlpha = 0.12;
    pen.fillStyle = this.ink;
    pen.fill();
    pen.globalAlpha = 1;
    pen.setLineDash([5, 4]);
    pen.strokeStyle = this.ink;
    pen.stroke();
    pen.setLineDash([]);
  }
}
