// The result of an edited kernel at once, in the browser, until Python's arrives: the same sums, drawn in the same colours.

const MOST_PRODUCTS = 80e6;     // above it the browser would stall for longer than Python's answer takes (1e9 a second)
const MOST_WEIGHT = 1e6;        // as in cnnviz/kernels/text.py: Python refuses more
const ONLY_CHANGES = 0.01;      // as in cnnviz/figures/pictures.py: a kernel that sums to less than this share is drawn signed
const LEVELS = 127, ZERO = 128; // of the diverging palette, as there

// The filter operation applied to the carried picture: Float32Array of shape (C,H,W), or null where it is too much work.
function filtered({ bytes, height, width, channels }, operation, [C, H, W]) {
  const { size: [kh, kw], stride, padding, dilation, padded, weights } = slide(operation);
  if (C * H * W * kh * kw > MOST_PRODUCTS) return null;
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

// Values (C,H,W) as pixels, as `paint` in cnnviz/figures/pictures.py draws them: { bytes, palette, limits }.
function painted(values, [C, H, W], how, kernel, { diverging, sequential }) {
  if (how === "automatic") {
    const cells = kernel.flat(), sum = cells.reduce((a, b) => a + b, 0), size = cells.reduce((a, b) => a + Math.abs(b), 0);
    how = sum <= ONLY_CHANGES * size ? "signed" : "clipped";
  }
  let largest = 0;
  if (how !== "clipped") for (const value of values) largest = Math.max(largest, Math.abs(value));
  const limit = largest || 1, count = H * W, bytes = new Uint8ClampedArray(C * count);
  const level = {
    clipped: (value) => Math.floor(value * 255 + 0.5),
    absolute: (value) => Math.floor(Math.abs(value) * (255 / limit) + 0.5),
    signed: (value) => Math.max(1, Math.floor(value * (LEVELS / limit) + ZERO + 0.5)),
  }[how];
  for (let c = 0; c < C; c++) for (let i = 0; i < count; i++) bytes[i * C + c] = level(values[c * count + i]);
  const palette = C > 1 || how === "clipped" ? null : how === "signed" ? diverging : sequential;
  return { bytes, palette, limits: how === "clipped" ? [0, 1] : how === "absolute" ? [0, limit] : [-limit, limit] };
}
