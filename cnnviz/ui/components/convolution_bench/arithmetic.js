// The arithmetic of cnnviz/convolution in the browser, so that a changed setting is seen at once. Python is its reference.
// A side, of the rows or of the columns: { kernel, stride, padding, dilation, outputPadding }. A grid: { shape, values }, its shape
// (channels, height, width). Sums are taken in float64 and rounded to float32 once.

const reach = ({ kernel, dilation }) => dilation * (kernel - 1) + 1;
const leadingZeros = (side) => reach(side) - 1 - side.padding; // where the first input lies in a stretched one
const upTo = (count) => Array.from({ length: count }, (_, k) => k);

// ---- sizes.py: the output along one side, 0 or less where nothing fits
function outputLength({ transposed, ceil }, n, side) {
  if (transposed) return (n - 1) * side.stride - 2 * side.padding + reach(side) + side.outputPadding;
  const room = n + 2 * side.padding - reach(side);
  if (!ceil) return room < 0 ? 0 : Math.floor(room / side.stride) + 1;
  const windows = Math.ceil(room / side.stride) + 1;
  return (windows - 1) * side.stride >= n + side.padding ? windows - 1 : windows;
}
function widestPadding(n, mode) { return { reflect: n - 1, circular: n }[mode] ?? Infinity; }

// ---- places.py: what stands at each place of a padded or a stretched side: its role, the input place it shows or null, if read
function sourcePlace(place, n, mode) {
  if (place >= 0 && place < n) return place;
  if (mode === "replicate") return Math.min(Math.max(place, 0), n - 1);
  if (mode === "circular") return ((place % n) + n) % n;
  if (mode === "reflect") return place < 0 ? -place : 2 * (n - 1) - place;
  return null;
}
function plainAxis(n) { return { roles: Array(n).fill("inside"), sources: upTo(n), unread: [] }; }
function paddedAxis(n, side, mode, steps) {
  const places = upTo(n + 2 * side.padding).map((at) => at - side.padding), read = new Set();
  for (let step = 0; step < steps; step++) for (let tap = 0; tap < side.kernel; tap++) read.add(step * side.stride + tap * side.dilation);
  return {
    roles: places.map((at) => (at >= 0 && at < n ? "inside" : "padding")),
    sources: places.map((at) => sourcePlace(at, n, mode)),
    unread: upTo(places.length).filter((at) => !read.has(at)),
  };
}
function stretchedAxis(n, side) {
  const last = (n - 1) * side.stride, length = last + 1 + 2 * leadingZeros(side) + side.outputPadding;
  const offsets = upTo(length).map((at) => at - leadingZeros(side)), outside = (at) => at < 0 || at > last;
  return {
    roles: offsets.map((at) => (outside(at) ? "padding" : at % side.stride ? "inserted" : "inside")),
    sources: offsets.map((at) => (outside(at) || at % side.stride ? null : at / side.stride)),
    unread: [],
  };
}
// A grid with at each place what its axes show there, `blank` where they show nothing.
function laidOut({ shape: [channels, height, width], values }, [rows, columns], blank = 0) {
  const h = rows.sources.length, w = columns.sources.length, result = new Float32Array(channels * h * w).fill(blank);
  for (let c = 0; c < channels; c++) {
    rows.sources.forEach((row, i) => columns.sources.forEach((column, j) => {
      if (row !== null && column !== null) result[(c * h + i) * w + j] = values[(c * height + row) * width + column];
    }));
  }
  return { shape: [channels, h, w], values: result };
}

// ---- forward.py: a window times the kernel, over a grid that is padded already; weight: (out, in / groups, kH, kW)
function slid(x, weight, bias, groups, [rows, columns], [h, w]) {
  const [, height, width] = x.shape, [outs, ins, kh, kw] = weight.shape, result = new Float32Array(outs * h * w);
  for (let o = 0, at = 0; o < outs; o++) {
    const first = Math.floor(o / (outs / groups)) * ins;
    for (let r = 0; r < h; r++) for (let c = 0; c < w; c++, at++) {
      let sum = bias ? bias[o] : 0;
      for (let k = 0, tap = o * ins * kh * kw; k < ins; k++) for (let i = 0; i < kh; i++) for (let j = 0; j < kw; j++, tap++) {
        const row = r * rows.stride + i * rows.dilation, column = c * columns.stride + j * columns.dilation;
        sum += x.values[((first + k) * height + row) * width + column] * weight.values[tap];
      }
      result[at] = sum;
    }
  }
  return { shape: [outs, h, w], values: result };
}
// The kernel times each input, added up where it is put down, uncropped; weight: (in, out / groups, kH, kW)
function stamped(x, weight, bias, groups, sides) {
  const [channels, height, width] = x.shape, [, outs, kh, kw] = weight.shape, [rows, columns] = sides;
  const [h, w] = sides.map((side, k) => outputLength({ transposed: true }, x.shape[1 + k], { ...side, padding: 0 }));
  const sums = new Float64Array(outs * groups * h * w);
  if (bias) bias.forEach((value, o) => sums.fill(value, o * h * w, (o + 1) * h * w));
  for (let k = 0, at = 0; k < channels; k++) {
    const first = Math.floor(k / (channels / groups)) * outs;
    for (let r = 0; r < height; r++) for (let c = 0; c < width; c++, at++) {
      for (let o = 0, tap = k * outs * kh * kw; o < outs; o++) for (let i = 0; i < kh; i++) for (let j = 0; j < kw; j++, tap++) {
        const row = r * rows.stride + i * rows.dilation, column = c * columns.stride + j * columns.dilation;
        sums[((first + o) * h + row) * w + column] += x.values[at] * weight.values[tap];
      }
    }
  }
  return { shape: [outs * groups, h, w], values: Float32Array.from(sums) };
}
// The kernel of the direct convolution that equals a transposed one: flipped, its channels swapped within each group.
function flippedWeight({ shape: [ins, outs, kh, kw], values }, groups) {
  const shape = [outs * groups, ins / groups, kh, kw], result = new Float32Array(values.length), taps = kh * kw;
  for (let o = 0; o < shape[0]; o++) for (let k = 0; k < shape[1]; k++) for (let tap = 0; tap < taps; tap++) {
    const input = Math.floor(o / outs) * shape[1] + k;
    result[(o * shape[1] + k) * taps + tap] = values[(input * outs + (o % outs)) * taps + taps - 1 - tap];
  }
  return { shape, values: result };
}

// ---- pooling.py, over a padded grid: a maximum's winner is its flat place there, -1 for none; the first of equals wins
function pooledMax(x, [rows, columns], [h, w]) {
  const [channels, height, width] = x.shape, values = new Float32Array(channels * h * w).fill(-Infinity), winners = new Float32Array(values.length).fill(-1);
  for (let k = 0, at = 0; k < channels; k++) for (let r = 0; r < h; r++) for (let c = 0; c < w; c++, at++) {
    for (let i = 0; i < rows.kernel; i++) for (let j = 0; j < columns.kernel; j++) {
      const row = r * rows.stride + i * rows.dilation, column = c * columns.stride + j * columns.dilation, place = row * width + column;
      if (row < height && column < width && x.values[k * height * width + place] > values[at]) [values[at], winners[at]] = [x.values[k * height * width + place], place];
    }
  }
  return [{ shape: [channels, h, w], values }, { shape: [channels, h, w], values: winners }];
}
function pooledMean(x, [rows, columns], [h, w], divisors) {
  const [channels, height, width] = x.shape, values = new Float32Array(channels * h * w);
  for (let k = 0, at = 0; k < channels; k++) for (let r = 0; r < h; r++) for (let c = 0; c < w; c++, at++) {
    let sum = 0;
    for (let i = 0; i < rows.kernel; i++) for (let j = 0; j < columns.kernel; j++) {
      const row = r * rows.stride + i, column = c * columns.stride + j;
      if (row < height && column < width) sum += x.values[(k * height + row) * width + column];
    }
    values[at] = sum / divisors.values[r * w + c];
  }
  return { shape: [channels, h, w], values };
}
// How many places a mean divides by: those of the window in the input, with its padding where that counts.
function meanDivisors(sizes, sides, [h, w], countPadding) {
  const counts = [h, w].map((steps, k) => upTo(steps).map((step) => {
    const side = sides[k], first = step * side.stride - side.padding, edge = countPadding ? side.padding : 0;
    return upTo(side.kernel).filter((tap) => first + tap >= -edge && first + tap < sizes[k] + edge).length;
  }));
  return { shape: [h, w], values: Float32Array.from(counts[0].flatMap((row) => counts[1].map((column) => row * column))) };
}
