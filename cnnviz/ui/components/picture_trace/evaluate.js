// The arithmetic: one pixel of any panel, in float64, from the input's bytes / 255. Python and PyTorch are its reference.

const pair = (value) => (typeof value === "number" ? [value, value] : value);

// Where place i of a padded side of n pixels is read; -1 is a padding of zeros.
const PADDED = {
  zeros: (i, n) => (i < 0 || i >= n ? -1 : i),
  reflect: (i, n) => (i < 0 ? -i : i >= n ? 2 * n - 2 - i : i),
  replicate: (i, n) => Math.min(Math.max(i, 0), n - 1),
  circular: (i, n) => ((i % n) + n) % n,
};

class Model {
  // panels as the header describes them; picture: {height, width, channels, bytes}, or undefined until it has arrived
  constructor(panels, picture) {
    this.panels = panels.map(({ operation, shape }) => ({ operation, shape, sources: operation ? [operation.of].flat() : [] }));
    this.picture = picture;
    for (const panel of this.panels) {
      for (const source of panel.sources) this.panels[source].isRead = true;
      panel.slide = panel.operation && slide(panel.operation);
    }
  }

  // The value of one pixel. What other panels read is kept, so that a neighbour costs only what is new in it.
  value(index, channel, row, column) {
    const panel = this.panels[index];
    if (!panel.operation) return this.input(channel, row, column);
    if (!panel.isRead) return this.compute(panel, channel, row, column);
    const kept = this.kept(panel), at = (channel * panel.shape[1] + row) * panel.shape[2] + column;
    if (Number.isNaN(kept[at])) kept[at] = this.compute(panel, channel, row, column);
    return kept[at];
  }

  kept(panel) {
    return (panel.values ??= new Float64Array(panel.shape[0] * panel.shape[1] * panel.shape[2]).fill(NaN));
  }

  input(channel, row, column) {
    const picture = this.picture;
    return picture ? picture.bytes[(row * picture.width + column) * picture.channels + channel] / 255 : NaN;
  }

  compute(panel, channel, row, column) {
    const { operation, sources } = panel;
    const [x, y] = panel.slide ? [] : sources.map((source) => this.value(source, channel, row, column));
    switch (operation.kind) {
      case "relu": return x > 0 ? x : 0;
      case "threshold": return x > operation.level ? operation.above ?? x : operation.below;
      case "magnitude": return Math.sqrt(x * x + y * y);
      case "angle": return Math.atan2(y, x);
      case "filter": return this.filter(panel, channel, row, column);
      case "pool": return this.pool(panel, channel, row, column).value;
    }
    throw new Error(`unknown operation ${operation.kind}`);
  }

  filter(panel, channel, row, column) {
    const { weights, taps: [rows, columns] } = panel.slide, index = panel.sources[0], source = this.panels[index];
    const { picture } = this, [, height, width] = source.shape, kept = source.operation && this.kept(source);
    if (!kept && !picture) return NaN;
    this.reads(panel, 0, row, height);
    this.reads(panel, 1, column, width);
    let sum = 0;
    for (let i = 0; i < rows.length; i++) {
      if (rows[i] < 0) continue;
      const line = weights[i], from = kept ? (channel * height + rows[i]) * width : rows[i] * width * picture.channels + channel;
      for (let j = 0; j < columns.length; j++) {
        if (columns[j] < 0) continue;
        let x = kept ? kept[from + columns[j]] : picture.bytes[from + columns[j] * picture.channels] / 255;
        if (x !== x) x = this.value(index, channel, rows[i], columns[j]);   // NaN: not computed yet
        sum += line[j] * x;
      }
    }
    return sum;
  }

  // The rows (axis 0) or columns (axis 1) that one place of a panel reads, -1 in a padding of zeros; into slide.taps.
  reads(panel, axis, place, n) {
    const { taps, stride, dilation, padding, padded } = panel.slide, into = taps[axis];
    for (let i = 0, at = place * stride[axis] - padding[axis]; i < into.length; i++, at += dilation[axis]) into[i] = padded(at, n);
  }

  // PyTorch's rules: the first of equal maxima wins; an average over a window that ceil_mode pushed past the padding
  // counts no place outside it.
  pool(panel, channel, row, column) {
    const { rows, columns } = this.window(panel, row, column), { mode, count_include_pad: padded } = panel.operation;
    let sum = 0, best = -Infinity, winner = null, count = 0;
    rows.forEach((r, i) => columns.forEach((c, j) => {
      if (r.outside || c.outside) return;
      const inside = r.from >= 0 && c.from >= 0;
      if (inside || padded) count++;
      if (!inside) return;
      const x = this.value(panel.sources[0], channel, r.from, c.from);
      sum += x;
      if (x > best) [best, winner] = [x, [i, j]];
    }));
    return mode === "max" ? { value: best, winner } : { value: sum / count, sum, count };
  }

  // The rows and columns that an output pixel reads: `at` as if the padding were part of the picture, `from` where the
  // value is taken (-1: zero padding), `outside` past the padding.
  window(panel, row, column) {
    const { size, stride, padding, dilation, padded } = panel.slide, [, height, width] = this.panels[panel.sources[0]].shape;
    const side = (axis, place, n) => Array.from({ length: size[axis] }, (_, i) => {
      const at = place * stride[axis] + i * dilation[axis] - padding[axis];
      return { at, from: padded(at, n), outside: at >= n + padding[axis] };
    });
    return { rows: side(0, row, height), columns: side(1, column, width) };
  }

  // What a rectangle of one panel (all bounds included) reads in its sources, padding included.
  footprint(panel, { top, bottom, left, right }) {
    if (!panel.slide) return { top, bottom, left, right };
    const { size, stride, padding, dilation } = panel.slide;
    const reach = [0, 1].map((axis) => (size[axis] - 1) * dilation[axis] - padding[axis]);
    return {
      top: top * stride[0] - padding[0], bottom: bottom * stride[0] + reach[0],
      left: left * stride[1] - padding[1], right: right * stride[1] + reach[1],
    };
  }

  // What one pixel is made from: for every panel the rectangle that it reads there, directly or through others, or null.
  regions({ panel: index, row, column }) {
    const regions = this.panels.map(() => null);
    regions[index] = { top: row, bottom: row, left: column, right: column };
    for (let k = index; k >= 0; k--) {
      if (!regions[k]) continue;
      const read = this.footprint(this.panels[k], regions[k]);
      for (const source of this.panels[k].sources) {
        const old = regions[source] ?? read;
        regions[source] = {
          top: Math.min(old.top, read.top), bottom: Math.max(old.bottom, read.bottom),
          left: Math.min(old.left, read.left), right: Math.max(old.right, read.right),
        };
      }
    }
    return regions;
  }

  // The pixel of panel `index` whose window has (row, column) of its source nearest to the middle.
  reader(index, row, column) {
    const { slide: s, shape: [, height, width] } = this.panels[index];
    const nearest = (axis, place, n) => s
      ? clamp(Math.round((place + s.padding[axis] - (s.dilation[axis] * (s.size[axis] - 1)) / 2) / s.stride[axis]), 0, n - 1)
      : clamp(place, 0, n - 1);
    return [nearest(0, row, height), nearest(1, column, width)];
  }

  // The panels from `source` up to `index`, each read by the next, without `source` itself; null if there is no such way.
  path(source, index) {
    if (source === index) return [];
    for (const of of this.panels[index].sources) {
      const way = this.path(source, of);
      if (way) return [...way, index];
    }
    return null;
  }
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// How an operation's window moves, with the kernel turned by 180 degrees for true convolution.
function slide(operation) {
  if (operation.kind !== "filter" && operation.kind !== "pool") return null;
  const { kernel, flip } = operation, size = kernel ? [kernel.length, kernel[0].length] : pair(operation.size);
  return {
    size,
    taps: size.map((length) => new Int32Array(length)),
    stride: pair(operation.stride),
    padding: pair(operation.padding),
    dilation: pair(operation.dilation),
    padded: PADDED[operation.padding_mode ?? "zeros"],
    weights: flip ? kernel.map((row) => [...row].reverse()).reverse() : kernel,
  };
}
