// A scene: two grids linked by a kernel (cnnviz/bench/scenes.py). Pure arithmetic, no drawing.
// "steps" is the grid that is walked through, "reach" the one in which each of its places has a window.
class Grid {
  constructor({ shape, values }) {
    [this.channels, this.height, this.width] = shape;
    this.values = values;
  }
  at(channel, row, col) { return this.values[(channel * this.height + row) * this.width + col]; }
  has(row, col) { return row >= 0 && col >= 0 && row < this.height && col < this.width; }
}

// The tensors of a message: { shape, blob } -> { shape, values }.
function tensor(described, blobs) { return described && { shape: described.shape, values: new Float32Array(blobs[described.blob].slice().buffer) }; }
const TENSORS = ["input", "weight", "bias", "output", "winners", "divisors"];
function withTensors(described, blobs) {
  return { ...described, ...Object.fromEntries(TENSORS.filter((name) => name in described).map((name) => [name, tensor(described[name], blobs)])) };
}

class Scene {
  // described: as in scenes.py, each tensor as { shape, values }.
  constructor({ input, weight, output, bias, winners, divisors, ...rest }) {
    Object.assign(this, rest);
    this.input = new Grid(input);
    this.output = new Grid(output);
    [this.weights, this.bias, this.winners, this.divisors] = [weight, bias, winners, divisors].map((tensor) => tensor && tensor.values);
    [this.steps, this.reach] = this.stamp ? [this.input, this.output] : [this.output, this.input];
    this.places = this.steps.height * this.steps.width;
    this.taps = this.kernel[0] * this.kernel[1];
    this.insPerGroup = this.weights ? this.input.channels / this.groups : 1;
    this.outsPerGroup = this.weights ? this.output.channels / this.groups : 1;
  }

  place(index) { return [Math.floor(index / this.steps.width), index % this.steps.width]; }
  tap(index) { return [Math.floor(index / this.kernel[1]), index % this.kernel[1]]; }
  // Where tap (i, j) of a stepped place lies in the other grid.
  target([row, col], [i, j]) {
    return [row * this.stride[0] + i * this.dilation[0], col * this.stride[1] + j * this.dilation[1]];
  }
  // Which (place, tap) pairs meet at a place of the grid with the windows.
  sources([row, col]) {
    const pairs = [];
    for (let t = 0; t < this.taps; t++) {
      const [i, j] = this.tap(t);
      const r = (row - i * this.dilation[0]) / this.stride[0], c = (col - j * this.dilation[1]) / this.stride[1];
      if (Number.isInteger(r) && Number.isInteger(c) && this.steps.has(r, c)) pairs.push({ place: r * this.steps.width + c, tap: t });
    }
    return pairs;
  }
  // The input channels that an output channel reads, and the weight between them (null where groups keep them apart).
  ins(out) {
    if (!this.weights) return [out];
    const first = Math.floor(out / this.outsPerGroup) * this.insPerGroup;
    return Array.from({ length: this.insPerGroup }, (_, k) => first + k);
  }
  outs(channel) {
    if (!this.weights) return [channel];
    const first = Math.floor(channel / this.insPerGroup) * this.outsPerGroup;
    return Array.from({ length: this.outsPerGroup }, (_, k) => first + k);
  }
  weight(out, channel, tap) {
    const kernel = this.stamp ? channel * this.outsPerGroup + (out % this.outsPerGroup) : out * this.insPerGroup + (channel % this.insPerGroup);
    return this.weights[kernel * this.taps + tap];
  }
  // The tap of the weight as it was given: the equivalent convolution shows the kernel flipped.
  given(tap) { return this.flipped ? this.taps - 1 - tap : tap; }

  role(row, col) {
    const [r, c] = [this.axes[0].roles[row], this.axes[1].roles[col]];
    return r === "padding" || c === "padding" ? "padding" : r === "inserted" || c === "inserted" ? "inserted" : "inside";
  }
  // The place in the input as it was given whose value stands at a place of the padded grid, or null for a filled-in zero.
  origin(row, col) {
    const [r, c] = [this.axes[0].sources[row], this.axes[1].sources[col]];
    return r === null || c === null || r === undefined || c === undefined ? null : [r, c];
  }
  copies(row, col) {
    const origin = this.origin(row, col), found = [];
    if (!origin) return [[row, col]];
    this.axes[0].sources.forEach((r, i) => { if (r === origin[0]) this.axes[1].sources.forEach((c, j) => { if (c === origin[1]) found.push([i, j]); }); });
    return found;
  }
  unread(row, col) { return this.axes[0].unread.includes(row) || this.axes[1].unread.includes(col); }
  cropped(row, col) {
    const [top, bottom, left, right] = this.crop;
    return row < top || row >= this.output.height - bottom || col < left || col >= this.output.width - right;
  }
  winner(channel, index) {
    if (!this.winners) return null;
    const flat = this.winners[channel * this.places + index];
    return flat < 0 ? null : [Math.floor(flat / this.input.width), flat % this.input.width];
  }

  // The terms of one output value: [{channel, tap, value, weight, at, role}], by channel, each in the kernel's order.
  // In a stamp scene `cell` is a place of the output, and the terms are the stamps that reach it up to place `until`.
  terms(out, cell, until = Infinity) {
    const terms = [];
    for (const channel of this.ins(out)) {
      if (this.stamp) {
        for (const { place, tap } of this.sources(cell).sort((a, b) => a.place - b.place)) {
          if (place > until) continue;
          const at = this.place(place);
          terms.push({ channel, tap, place, at, value: this.input.at(channel, ...at), weight: this.weight(out, channel, tap), role: "inside" });
        }
        continue;
      }
      for (let tap = 0; tap < this.taps; tap++) {
        const at = this.target(cell, this.tap(tap));
        if (!this.input.has(...at)) continue; // a window that ceil_mode added ends past the border
        const value = this.input.at(channel, ...at);
        terms.push({ channel, tap, at, value, weight: this.weights ? this.weight(out, channel, tap) : 1, role: this.role(...at) });
      }
    }
    return terms;
  }
  // How a stamped output place grew: after which step (place * taps + tap) it had which sum; the bias is there from the start.
  history(out, row, col) {
    const index = (out * this.output.height + row) * this.output.width + col;
    this.histories ||= [];
    return this.histories[index] ||= this.grown(out, row, col);
  }
  grown(out, row, col) {
    const pairs = this.sources([row, col]).sort((a, b) => a.place - b.place);
    let sum = this.bias ? this.bias[out] : 0;
    const sums = [sum];
    for (const { place, tap } of pairs) {
      const [r, c] = this.place(place);
      for (const channel of this.ins(out)) sum += this.input.at(channel, r, c) * this.weight(out, channel, tap);
      sums.push(sum);
    }
    sums[pairs.length] = this.output.at(out, row, col);
    return { keys: pairs.map(({ place, tap }) => place * this.taps + tap), sums };
  }
}

// Numbers as text: whole ones as they are, others with so many decimals; a true minus sign; infinity for padding in a maximum.
function numeral(value, decimals = 4) {
  if (Number.isInteger(value) && Math.abs(value) < 1000) return value < 0 ? `−${-value}` : `${Math.abs(value)}`; // most of them, fast
  if (value === -Infinity) return "−∞";
  if (value === Infinity) return "∞";
  const size = Math.abs(value);
  let text = Number.isInteger(value) ? (size < 1e7 ? String(value) : value.toExponential(2)) : size >= 1e5 || size < 10 ** -decimals ? value.toExponential(1) : value.toFixed(decimals).replace(/\.?0+$/, "");
  if (/^-?0$/.test(text)) text = "0";
  return text.replace("-", "−");
}
