// The decoder of cnnviz/browser_decoder.py in plain loops: latents -> a picture of 28 x 28, in about 2 ms, without a library.
//
// Maps lie with a border of one zero round each of them, so that no loop asks where a map ends. Sums are float64.

class Decoder {
  // message: Uint8Array, a safetensors file
  constructor(message) {
    const { tensors, metadata } = readSafetensors(message);
    const { latents, classes, layers } = JSON.parse(metadata.decoder);
    Object.assign(this, { latents, classes });
    this.input = new Float64Array(this.latents + this.classes);
    let maps = { values: this.input, shape: null };
    this.steps = layers.map((layer) => {
      const step = makeStep(layer, maps, tensors[layer.weight], tensors[layer.bias]?.values);
      maps = { values: step.output, shape: step.shape };
      return step.run;
    });
    this.maps = maps;
    [, this.height, this.width] = maps.shape;
  }

  // Probabilities in [0, 1], row by row, into `picture` (a new Float32Array without one). label: of a conditional network.
  decode(latent, label = null, picture = new Float32Array(this.height * this.width)) {
    this.input.fill(0);
    this.input.set(latent);
    if (this.classes) this.input[this.latents + label] = 1;
    for (const run of this.steps) run();
    const { height, width, maps: { values } } = this;
    for (let row = 0, at = 0; row < height; row++) {
      for (let col = 0, from = (row + 1) * (width + 2) + 1; col < width; col++) picture[at++] = 1 / (1 + Math.exp(-values[from++]));
    }
    return picture;
  }
}

// One layer: {output, shape (C,H,W) of it, run()}.
function makeStep({ op, slope = 1, shape }, input, weight, bias) {
  if (op === "linear") return linear(input.values, weight.values, bias, slope, shape);
  const [channels, height, width] = input.shape, at = input.values;
  if (op === "upsample") {
    const output = bordered(channels, 2 * height, 2 * width);
    return { output, shape: [channels, 2 * height, 2 * width], run: () => upsample(at, output, channels, height, width) };
  }
  if (op === "conv") {
    const outputs = bias.length, output = bordered(outputs, height, width);
    const run = () => { convolve(at, weight.values, bias, output, channels, height, width); leak(output, slope, outputs, height, width); };
    return { output, shape: [outputs, height, width], run };
  }
  if (op === "transposed") {
    const outputs = bias.length, [h, w] = [2 * height, 2 * width], output = bordered(outputs, h, w);
    const run = () => { convolveTransposed(at, weight.values, bias, output, channels, height, width); leak(output, slope, outputs, h, w); };
    return { output, shape: [outputs, h, w], run };
  }
  throw new Error(`no arithmetic for a layer ${op}`);
}

const bordered = (channels, height, width) => new Float64Array(channels * (height + 2) * (width + 2));

function linear(input, weight, bias, slope, shape) {
  const flat = new Float64Array(bias.length), output = shape ? bordered(...shape) : flat, inputs = input.length;
  const [, height, width] = shape ?? [];
  const run = () => {
    for (let unit = 0, k = 0; unit < flat.length; unit++) {
      let sum = bias[unit];
      for (let n = 0; n < inputs; n++) sum += weight[k++] * input[n];
      flat[unit] = sum < 0 ? slope * sum : sum;
    }
    if (!shape) return;
    for (let from = 0, to = 0; from < flat.length; from += width) {
      to += from % (height * width) ? width + 2 : from ? 3 * (width + 2) : width + 3;
      for (let col = 0; col < width; col++) output[to + col] = flat[from + col];
    }
  };
  return { output, shape, run };
}

// Bilinear, twice as high and wide, align_corners=False: a pixel is 3/4 of its own and 1/4 of the neighbour that is nearer;
// at the edges the neighbour is the pixel itself.
function upsample(input, output, channels, height, width) {
  const from = width + 2, to = 2 * width + 2;
  for (let c = 0; c < channels; c++) {
    const source = c * (height + 2) * from, target = c * (2 * height + 2) * to;
    for (let row = 0; row < 2 * height; row++) {
      const y = row >> 1, near = source + (y + 1) * from + 1;
      const far = source + (Math.min(height - 1, Math.max(0, row & 1 ? y + 1 : y - 1)) + 1) * from + 1;
      let at = target + (row + 1) * to + 1;
      let left = 0.75 * input[near] + 0.25 * input[far], here = left;
      for (let x = 0; x < width; x++) {
        const right = x + 1 < width ? 0.75 * input[near + x + 1] + 0.25 * input[far + x + 1] : here;
        output[at++] = 0.25 * left + 0.75 * here;
        output[at++] = 0.75 * here + 0.25 * right;
        left = here;
        here = right;
      }
    }
  }
}

// kernel 3, padding 1; weight (out,in,3,3)
function convolve(input, weight, bias, output, channels, height, width) {
  const line = width + 2, plane = (height + 2) * line;
  for (let o = 0, k = 0; o < bias.length; o++) {
    const target = o * plane;
    output.fill(bias[o], target + line, target + plane - line);
    for (let c = 0; c < channels; c++, k += 9) {
      const a = weight[k], b = weight[k + 1], d = weight[k + 2], e = weight[k + 3], f = weight[k + 4], g = weight[k + 5];
      const h = weight[k + 6], i = weight[k + 7], j = weight[k + 8];
      for (let row = 0; row < height; row++) {
        let at = target + (row + 1) * line + 1, p = c * plane + row * line, q = p + line, r = q + line;
        let p0 = input[p++], p1 = input[p++], q0 = input[q++], q1 = input[q++], r0 = input[r++], r1 = input[r++];
        for (let col = 0; col < width; col++) {
          const p2 = input[p++], q2 = input[q++], r2 = input[r++];
          output[at++] += a * p0 + b * p1 + d * p2 + e * q0 + f * q1 + g * q2 + h * r0 + i * r1 + j * r2;
          p0 = p1; p1 = p2; q0 = q1; q1 = q2; r0 = r1; r1 = r2;
        }
      }
    }
  }
}

// kernel 4, stride 2, padding 1; weight (in,out,4,4). An input pixel i reaches the outputs 2 i - 1 + k: so an even output reads
// weight 1 of its own and 3 of the one before, an odd one weight 2 of its own and 0 of the next.
function convolveTransposed(input, weight, bias, output, channels, height, width) {
  const from = width + 2, to = 2 * width + 2, plane = (2 * height + 2) * to, outputs = bias.length;
  for (let o = 0; o < outputs; o++) {
    output.fill(bias[o], o * plane + to, (o + 1) * plane - to);
    for (let c = 0; c < channels; c++) {
      const k = (c * outputs + o) * 16;
      for (let row = 0; row < 2 * height; row++) {
        const odd = row & 1, y = (row >> 1) + 1, own = k + (odd ? 8 : 4), other = k + (odd ? 0 : 12);
        const a0 = weight[own], a1 = weight[own + 1], a2 = weight[own + 2], a3 = weight[own + 3];
        const b0 = weight[other], b1 = weight[other + 1], b2 = weight[other + 2], b3 = weight[other + 3];
        let at = o * plane + (row + 1) * to + 1;
        let n = c * (height + 2) * from + y * from + 1, m = n + (odd ? from : -from);
        let n0 = input[n - 1], n1 = input[n++], m0 = input[m - 1], m1 = input[m++];
        for (let x = 0; x < width; x++) {
          const n2 = input[n++], m2 = input[m++];
          output[at++] += a1 * n1 + a3 * n0 + b1 * m1 + b3 * m0;
          output[at++] += a2 * n1 + a0 * n2 + b2 * m1 + b0 * m2;
          n0 = n1; n1 = n2; m0 = m1; m1 = m2;
        }
      }
    }
  }
}

// LeakyReLU inside the maps; the border, which the loops have written over, becomes 0 again.
function leak(maps, slope, channels, height, width) {
  const line = width + 2;
  for (let row = 0, at = 0; row < channels * (height + 2); row++) {
    maps[at++] = 0;
    for (let col = 0; col < width; col++, at++) if (maps[at] < 0) maps[at] *= slope;
    maps[at++] = 0;
  }
}
