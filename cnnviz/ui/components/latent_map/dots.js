// Ten thousand dots as pixels: written into one image, so that a frame costs a millisecond or two.

const FADE = 0.45;   // how much of its colour the farthest dot of a turned map has lost
const FAINT = 0.22;  // how much of its colour a dot outside a lasso keeps

// "#0072B2" or [r, g, b] as a little-endian pixel of ImageData
function pixel(colour) {
  const [r, g, b] = typeof colour === "string" ? [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) : colour;
  return (255 << 24 | b << 16 | g << 8 | r) >>> 0;
}

// Any colour of a style sheet as "#rrggbb"; white where there is none
function plainColour(text) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = "#ffffff";
  pen.fillStyle = text.trim();
  return pen.fillStyle.startsWith("#") ? pen.fillStyle : "#ffffff";
}

const luminance = (colour) => [1, 3, 5].reduce((sum, at, k) => sum + [0.299, 0.587, 0.114][k] * parseInt(colour.slice(at, at + 2), 16), 0) / 255;

function mixed(colour, background, keep) {
  let made = 255 << 24;
  for (let shift = 0; shift < 24; shift += 8)
    made |= Math.round(((colour >>> shift) & 255) * keep + ((background >>> shift) & 255) * (1 - keep)) << shift;
  return made >>> 0;
}

function disc(radius) {
  const offsets = [], reach = Math.ceil(radius);
  for (let dy = -reach; dy <= reach; dy++) for (let dx = -reach; dx <= reach; dx++)
    if (dx * dx + dy * dy <= radius * radius) offsets.push(dx, dy);
  return offsets;
}

class Dots {
  constructor(canvas) { this.canvas = canvas; this.pen = canvas.getContext("2d"); }

  resize(width, height, ratio) {
    this.ratio = ratio;
    Object.assign(this.canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    this.image = new ImageData(this.canvas.width, this.canvas.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  // colours: a pixel a dot; hidden: 1 where a dot is not to be seen; bright: 1 where it is not faint, or null if none is
  paint(projection, colours, hidden, bright, background) {
    const { pixels, ratio } = this, { width, height } = this.canvas, { x, y, depth, count, zoom, dimensions } = projection;
    const offsets = disc(ratio * Math.min(5, 1.3 + 0.55 * Math.log2(Math.max(1, zoom) + 1))), reach = Math.ceil(Math.max(...offsets));
    pixels.fill(0);
    const order = dimensions === 3 ? this.farFirst(depth, count) : null;
    for (let k = bright ? -count : 0; k < count; k++) {   // faint ones first: they cover nothing
      const at = k < 0 ? k + count : k, i = order ? order[at] : at;
      if (hidden[i] || (bright && bright[i] !== Number(k >= 0))) continue;
      const cx = Math.round(x[i] * ratio), cy = Math.round(y[i] * ratio);
      if (cx < reach || cy < reach || cx >= width - reach || cy >= height - reach) continue;
      const keep = (order ? 1 - FADE * Math.max(0, Math.min(1, 1 - depth[i])) : 1) * (k < 0 ? FAINT : 1);
      const colour = keep < 1 ? mixed(colours[i], background, keep) : colours[i], middle = cy * width + cx;
      for (let o = 0; o < offsets.length; o += 2) pixels[middle + offsets[o + 1] * width + offsets[o]] = colour;
    }
    this.pen.putImageData(this.image, 0, 0);
  }

  farFirst(depth, count) {
    const buckets = 256, starts = new Uint32Array(buckets + 1), order = (this.order ??= new Uint32Array(count));
    if (order.length !== count) { this.order = null; return this.farFirst(depth, count); }
    const bucket = (i) => Math.max(0, Math.min(buckets - 1, Math.floor(depth[i] * buckets)));
    for (let i = 0; i < count; i++) starts[bucket(i) + 1]++;
    for (let b = 0; b < buckets; b++) starts[b + 1] += starts[b];
    for (let i = 0; i < count; i++) order[starts[bucket(i)]++] = i;
    return order;
  }
}
