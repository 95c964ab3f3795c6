// From the map to the screen: moved and enlarged in two dimensions, turned and enlarged in three.

const ZOOM = [0.3, 60], MARGIN = 24;   // CSS pixels that are free round the map
const OUTSIDE = 0.002;                // share of the dots that may lie beyond it on each side: a few strays would make it small

class Projection {
  constructor(points, dimensions) {
    Object.assign(this, { points, dimensions, count: points.length / dimensions });
    this.x = new Float32Array(this.count);
    this.y = new Float32Array(this.count);
    this.depth = new Float32Array(this.count);   // 0 far to 1 near
    this.middle = [];
    this.halves = [];
    for (let d = 0; d < dimensions; d++) {
      const sorted = points.filter((_, i) => i % dimensions === d).sort(), last = sorted.length - 1;
      const low = sorted[Math.round(OUTSIDE * last)], high = sorted[Math.round((1 - OUTSIDE) * last)];
      this.middle.push((low + high) / 2);
      this.halves.push(Math.max(1e-6, (high - low) / 2));
    }
    this.half = Math.max(...this.halves);
    if (dimensions === 3) this.halves.fill((this.half *= 1.25));   // turned, the corners come to the sides
    this.reset();
  }

  reset() { Object.assign(this, { zoom: 1, shiftX: 0, shiftY: 0, yaw: 0.6, pitch: 0.35 }); }

  resize(width, height) { Object.assign(this, { width, height, unit: Math.min((width / 2 - MARGIN) / this.halves[0], (height / 2 - MARGIN) / this.halves[1]) }); }

  get scale() { return this.unit * this.zoom; }

  // One place of the map on the screen: [x, y, depth]
  at(place) {
    const [a, b, c = 0] = place.map((value, d) => value - this.middle[d]), s = this.scale;
    const centreX = this.width / 2 + this.shiftX, centreY = this.height / 2 + this.shiftY;
    if (this.dimensions === 2) return [centreX + a * s, centreY - b * s, 0.5];
    const { cosYaw, sinYaw, cosPitch, sinPitch } = this.turn();
    const across = a * cosYaw + c * sinYaw, toward = c * cosYaw - a * sinYaw;
    return [centreX + across * s, centreY - (b * cosPitch - toward * sinPitch) * s, 0.5 + (toward * cosPitch + b * sinPitch) / (3.5 * this.half)];
  }

  seen(i) { return this.x[i] > 0 && this.y[i] > 0 && this.x[i] < this.width && this.y[i] < this.height; }

  // The place of a flat map under a point of the screen
  under(x, y) {
    return [(x - this.width / 2 - this.shiftX) / this.scale + this.middle[0], (this.height / 2 + this.shiftY - y) / this.scale + this.middle[1]];
  }

  turn() {
    return { cosYaw: Math.cos(this.yaw), sinYaw: Math.sin(this.yaw), cosPitch: Math.cos(this.pitch), sinPitch: Math.sin(this.pitch) };
  }

  project() {
    const { points, x, y, depth, scale: s, middle, half } = this;
    const centreX = this.width / 2 + this.shiftX, centreY = this.height / 2 + this.shiftY;
    if (this.dimensions === 2) {
      for (let i = 0, at = 0; i < this.count; i++, at += 2) {
        x[i] = centreX + (points[at] - middle[0]) * s;
        y[i] = centreY - (points[at + 1] - middle[1]) * s;
      }
      depth.fill(0.5);
      return;
    }
    const { cosYaw, sinYaw, cosPitch, sinPitch } = this.turn();
    for (let i = 0, at = 0; i < this.count; i++, at += 3) {
      const a = points[at] - middle[0], b = points[at + 1] - middle[1], c = points[at + 2] - middle[2];
      const toward = c * cosYaw - a * sinYaw;   // right-handed: across, up, towards the viewer
      x[i] = centreX + (a * cosYaw + c * sinYaw) * s;
      y[i] = centreY - (b * cosPitch - toward * sinPitch) * s;
      depth[i] = 0.5 + (toward * cosPitch + b * sinPitch) / (3.5 * half);
    }
  }

  zoomBy(factor, x, y) {
    const zoom = Math.min(ZOOM[1], Math.max(ZOOM[0], this.zoom * factor)), by = zoom / this.zoom;
    this.shiftX = (x - this.width / 2) * (1 - by) + this.shiftX * by;   // what lies under the pointer stays there
    this.shiftY = (y - this.height / 2) * (1 - by) + this.shiftY * by;
    this.zoom = zoom;
  }

  drag(dx, dy) {
    if (this.dimensions === 2) { this.shiftX += dx; this.shiftY += dy; return; }
    this.yaw += dx / 180;
    this.pitch = Math.max(-1.5, Math.min(1.5, this.pitch + dy / 180));
  }
}
