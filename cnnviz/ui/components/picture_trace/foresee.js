// The result of an edited kernel at once, in the browser: the same sums, drawn in the same colours and described in the same
// words as Python's, which is its reference and is spared the work.

const MOST_PRODUCTS = 80e6;     // above it the browser would stall for longer than Python's answer takes (1e9 a second)
const MOST_WEIGHT = 1e6;        // as in cnnviz/kernels/text.py: Python refuses more
const ONLY_CHANGES = 0.01;      // as in cnnviz/figures/pictures.py: a kernel that sums to less than this share is drawn signed
const LEVELS = 127, ZERO = 128; // of the diverging palette, as there
const SMALLEST_LIMIT = 1e-30, ROUNDING = 1e-6;   // as there

// Filtered panels whose picture is made here; the last one is kept.
class Foresight {
  // The panel with its picture; header: the message that it came with, whose `start` is the strongest place where Python names none.
  draw(panel, picture, header) {
    const { operation, shape } = panel, { foresee: how, picture_id, blobs: [diverging, sequential] } = header;
    const from = JSON.stringify([picture_id, how, operation, shape]);
    if (this.from !== from) this.drawn = painted(filtered(picture, operation, shape), shape, how, operation.kernel, { diverging, sequential });
    this.from = from;
    header.start ??= [1, ...this.drawn.strongest];
    return { ...panel, ...this.drawn };
  }
}

const foreseeable = ({ kernel }, shape) => kernel.flat().every((weight) => Math.abs(weight) <= MOST_WEIGHT)
  && shape.reduce((a, b) => a * b) * kernel.length * kernel[0].length <= MOST_PRODUCTS;

// The filter operation applied to the carried picture: Float32Array of shape (C,H,W).
function filtered({ bytes, height, width, channels }, operation, [C, H, W]) {
  const { size: [kh, kw], stride, padding, dilation, padded, weights } = slide(operation);
  const rows = (H - 1) * stride[0] + (kh - 1) * dilation[0] + 1, columns = (W - 1) * stride[1] + (kw - 1) * dilation[1] + 1;
  const fromRow = Int32Array.from({ length: rows }, (_, i) => padded(i - padding[0], height));
  const fromColumn = Int32Array.from({ length: columns }, (_, j) => padded(j - padding[1], width));
  const plane = new Float64Array(rows * columns), sums = new Float64Array(W), result = new Float32Array(C * H * W);
  for (let c = 0; c < C; c++) {
    for (let i = 0, at = 0; i < rows; i++) {
      const line = fromRow[i] * width * channels + c;
      for (let j = 0; j < columns; j++, at++) {
        plane[at] = fromRow[i] < 0 || fromColumn[j] < 0 ? 0 : bytes[line + fromColumn[j] * channels] / 255;
      }
    }
    for (let r = 0; r < H; r++) {
      sums.fill(0);
      for (let i = 0; i < kh; i++) {
        for (let j = 0; j < kw; j++) {
          const weight = weights[i][j], step = stride[1];
          if (weight === 0) continue;
          let at = (r * stride[0] + i * dilation[0]) * columns + j * dilation[1];
          for (let w = 0; w < W; w++, at += step) sums[w] += weight * plane[at];
        }
      }
      result.set(sums, (c * H + r) * W);
    }
  }
  return result;
}

// Values (C,H,W) as `paint` in cnnviz/figures/pictures.py draws them and cnnviz/ui/filter_view.py describes them:
// { bytes, palette, limits, caption }, and the place [row, column] of the strongest.
function painted(values, [C, H, W], how, kernel, { diverging, sequential }) {
  if (how === "automatic") {
    const cells = kernel.flat(), sum = cells.reduce((a, b) => a + b, 0), size = cells.reduce((a, b) => a + Math.abs(b), 0);
    how = sum <= ONLY_CHANGES * size ? "signed" : "clipped";
  }
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const largest = Math.max(-low, high), limit = largest > SMALLEST_LIMIT ? largest : 1, count = H * W, bytes = new Uint8ClampedArray(C * count);
  const level = {
    clipped: (value) => Math.floor(value * 255 + 0.5),
    absolute: (value) => Math.floor(Math.abs(value) * (255 / limit) + 0.5),
    signed: (value) => Math.max(1, Math.floor(value * (LEVELS / limit) + ZERO + 0.5)),
  }[how];
  for (let c = 0; c < C; c++) for (let i = 0; i < count; i++) bytes[i * C + c] = level(values[c * count + i]);
  const palette = C > 1 || how === "clipped" ? null : how === "signed" ? diverging : sequential;
  const caption = [`${C}×${H}×${W}, values ${threeDigits(low)} to ${threeDigits(high)}`];
  if (how === "signed") caption.push(C === 1 ? "white at 0" : "mid grey at 0");
  if (how === "absolute" && low < 0) caption.push("drawn without sign");
  if (how === "clipped") {
    let outside = 0;
    for (const value of values) if (value < -ROUNDING || value > 1 + ROUNDING) outside++;
    if (outside) caption.push(`${((100 * outside) / values.length).toFixed(1)}% cut off`);
  }
  return {
    bytes, palette, limits: how === "clipped" ? [0, 1] : how === "absolute" ? [0, limit] : [-limit, limit],
    caption: caption.join("; "), strongest: strongest(values, count, W, largest),
  };
}

// The place [row, column] of the largest absolute value, of several the middle one.
function strongest(values, count, width, largest) {
  const places = [];
  for (let i = 0; i < count; i++) {
    for (let at = i; at < values.length; at += count) {
      if (Math.abs(values[at]) < largest) continue;
      places.push(i);
      break;
    }
  }
  const place = places[places.length >> 1];
  return [Math.floor(place / width), place % width];
}

// A number as Python's ".3g" prints it, with a real minus sign.
function threeDigits(value) {
  let [digits, exponent] = Math.abs(value).toExponential(2).split("e").map(Number);
  const exact = Math.abs(value).toExponential(60).split("e")[0];
  if (/^\d\.\d[02468]50*$/.test(exact)) digits = Number(exact.slice(0, 4));    // half-way: to the even digit
  const text = exponent < -4 || exponent > 2
    ? `${digits}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`
    : String(Number(`${digits}e${exponent}`));
  return (value < 0 ? "−" : "") + text.replace("-", "−");
}
