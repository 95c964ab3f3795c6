// One layer: its maps as numbers and as pixels.

const MIDDLE = 128;      // the palette's zero; 127 steps to either side

class Strip {
  constructor(header, pixels, channels, stats) {
    Object.assign(this, header);
    [this.n, this.h, this.w] = header.size;
    this.unit = this.shape[1] * this.shape[2] === 1;
    this.pixels = header.type === "u8" ? pixels : new Float32Array(pixels.slice().buffer);
    this.channels = new Int32Array(channels.slice().buffer);
    const all = new Float32Array(stats.slice().buffer), n = this.n;
    [this.low, this.high, this.mean] = [all.subarray(0, n), all.subarray(n, 2 * n), all.subarray(2 * n)];
    this.limits = Float32Array.from({ length: n }, (_, i) => Math.max(Math.abs(this.low[i]), Math.abs(this.high[i])));
    this.limit = header.limit ?? this.limits.reduce((a, b) => Math.max(a, b), 0);
    this.atlas = document.createElement("canvas");
  }

  // The value that a pixel of map i stands for; exact where float32 was sent.
  value(i, row, col) {
    const at = (i * this.h + row) * this.w + col;
    return this.type === "u8" ? ((this.pixels[at] - this.zero) / (255 - this.zero)) * this.limits[i] : this.pixels[at];
  }
  // The three numbers of a place of a kernel in colours.
  rgb(i, row, col) { return [0, 1, 2].map((c) => this.pixels[((3 * i + c) * this.h + row) * this.w + col]); }
  // The pixel in which a unit of the whole map is drawn.
  pixel(row, col) { return [Math.floor((row * this.h) / this.shape[1]), Math.floor((col * this.w) / this.shape[2])]; }
  get shrunk() { return this.h !== this.shape[1] || this.w !== this.shape[2]; }
  scaleOf(i, own) { return own && !this.unit ? this.limits[i] : this.limit; }

  magnitude(i, row, col) { return this.type === "rgb" ? Math.max(...this.rgb(i, row, col).map(Math.abs)) : Math.abs(this.value(i, row, col)); }
  // The place of the map's largest absolute value, in the whole map.
  strongest(i) {
    let best = -1, at = 0;
    for (let k = 0; k < this.h * this.w; k++) {
      const size = this.magnitude(i, Math.floor(k / this.w), k % this.w);
      if (size > best) [best, at] = [size, k];
    }
    const scale = (place, shown, whole) => Math.min(whole - 1, Math.floor(((place + 0.5) * whole) / shown));
    return [scale(Math.floor(at / this.w), this.h, this.shape[1]), scale(at % this.w, this.w, this.shape[2])];
  }

  // Draws every map once, side by side at its own size, on a canvas that is not shown. colours: Uint32Array (256).
  paint(colours, own) {
    const across = Math.ceil(Math.sqrt(this.n)), [width, height] = [across * this.w, Math.ceil(this.n / across) * this.h];
    if (this.atlas.width !== width || this.atlas.height !== height) Object.assign(this.atlas, { width, height });
    const image = new ImageData(width, height), out = new Uint32Array(image.data.buffer), count = this.h * this.w;
    this.across = across;
    for (let i = 0; i < this.n; i++) {
      const limit = this.scaleOf(i, own), top = Math.floor(i / across) * this.h * width + (i % across) * this.w;
      const fast = this.type === "u8" && !this.grey, step = fast && limit > 0 ? (127 * this.limits[i]) / ((255 - this.zero) * limit) : 0;
      const rounded = MIDDLE + 0.5 - this.zero * step;   // no value is beyond the limit: the index stays from 1 to 255
      for (let row = 0, k = 0; row < this.h; row++) {
        const from = top + row * width;
        if (fast) for (let col = 0, at = i * count + k; col < this.w; col++) out[from + col] = colours[(rounded + this.pixels[at + col] * step) | 0];
        else for (let col = 0; col < this.w; col++) out[from + col] = this.colour(i, k + col, count, limit, colours);
        k += this.w;
      }
    }
    this.atlas.getContext("2d").putImageData(image, 0, 0);
  }
  colour(i, k, count, limit, colours) {
    const scale = limit > 0 ? 127 / limit : 0, at = i * count + k;
    if (this.type === "rgb") {
      const level = (c) => Math.round(MIDDLE + this.pixels[(3 * i + c) * count + k] * scale);
      return 0xff000000 | (level(2) << 16) | (level(1) << 8) | level(0);
    }
    const value = this.type === "u8" ? ((this.pixels[at] - this.zero) * this.limits[i]) / (255 - this.zero) : this.pixels[at];
    if (this.grey) {
      const [low, high] = this.grey, level = high > low ? Math.round(((value - low) / (high - low)) * 255) : 0;
      return 0xff000000 | (Math.max(0, Math.min(255, level)) * 0x10101);
    }
    return colours[Math.max(1, Math.min(255, Math.round(MIDDLE + value * scale)))];
  }

  // Map i into a box of another canvas.
  draw(pen, i, x, y, width, height, smooth = false) {
    pen.imageSmoothingEnabled = smooth;
    pen.drawImage(this.atlas, (i % this.across) * this.w, Math.floor(i / this.across) * this.h, this.w, this.h, x, y, width, height);
  }

  // First and last pixel of the padded input that a unit sees, down and across; null where it has no place there.
  span(row, col) {
    return this.field?.map(({ lows, highs, shift }, axis) => {
      const place = this.unit ? 0 : [row, col][axis], rounds = Math.floor(place / lows.length), at = place - rounds * lows.length;
      return [lows[at] + rounds * shift, highs[at] + rounds * shift];
    });
  }
}
