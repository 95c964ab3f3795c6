// What the lens writes for each kind of operation: it fills the lens's matrices and returns the sum as [text, dim] pieces.
// at: {model, figures, diverging, panel, index, channel, row, column}; value: that pixel's.

const TERMS = 9;        // a sum of more terms is written by its rows

const SUMS = {
  filter(lens, at, value) {
    const { model, panel, channel, diverging, figures } = at, { weights } = panel.slide, { flip } = panel.operation;
    const { rows, columns } = model.window(panel, at.row, at.column), source = panel.sources[0];
    const { values, products } = terms(at, panel, at.row, at.column);
    const [strongest, brightest] = [weights, values].map((matrix) => Math.max(...matrix.flat().map(Math.abs)) || 1);
    lens.arrange(rows.length, columns.length, ["×", "=", rows.length * columns.length > 1 ? "Σ" : "="]);
    const places = Math.max(...weights.flat().map((w) => (shortNumber(w, lens.decimals).split(".")[1] ?? "").length));
    const weight = (w) => fixed(w, places), [first, middle, last] = lens.matrices;
    first.label.textContent = `window in ${figures[source].panel.title}`;
    middle.label.textContent = flip ? "kernel, turned by 180°" : "kernel";
    last.label.textContent = "products";
    first.type(values.flat().map((x) => lens.number(x)));
    middle.type(weights.flat().map(weight));
    last.type(products.flat().map((p) => lens.number(p)));
    let inPadding = 0;
    rows.forEach((r, i) => columns.forEach((c, j) => {
      if (windowCell(lens, at, i, j, r, c, values[i][j])) inPadding++;
      middle.set(i, j, weight(weights[i][j]), signedColour(diverging, weights[i][j] / strongest));
      last.set(i, j, lens.number(products[i][j]), signedColour(diverging, products[i][j] / (strongest * brightest)));
    }));
    lens.reads.textContent = sentence(at, rows, columns, inPadding);
    lens.note.textContent = flip ? "true convolution" : "";
    return written(lens, weights, values, products, value);
  },

  pool(lens, at, value) {
    const { model, figures, panel, channel } = at, { mode, count_include_pad: padded } = panel.operation, source = panel.sources[0];
    const { rows, columns } = model.window(panel, at.row, at.column);
    const { winner, sum, count } = model.pool(panel, channel, at.row, at.column);
    const read = (r, c) => (r.from >= 0 && c.from >= 0 ? model.value(source, channel, r.from, c.from)
      : mode === "average" && padded && !r.outside && !c.outside ? 0 : null);
    const values = rows.map((r) => columns.map((c) => read(r, c))), counted = values.flat().filter((x) => x !== null);
    lens.arrange(rows.length, columns.length, [mode === "max" ? "max" : "mean"]);
    lens.matrices[0].label.textContent = `window in ${figures[source].panel.title}`;
    lens.matrices[0].type(counted.map((x) => lens.number(x)));
    let inPadding = 0;
    rows.forEach((r, i) => columns.forEach((c, j) => {
      const name = winner?.[0] === i && winner[1] === j ? "winner" : "";
      if (windowCell(lens, at, i, j, r, c, values[i][j], name)) inPadding++;
    }));
    lens.reads.textContent = sentence(at, rows, columns, inPadding);
    const shown = lens.number(value, 4), list = (sign) => counted.map((x) => lens.number(x)).join(sign);
    if (mode === "max") {
      lens.note.textContent = `the largest of ${counted.length}`;
      return counted.length <= 2 * TERMS ? [[`max(${list(", ")}) = ${lens.number(value)}`]] : [];
    }
    lens.note.textContent = `the mean of ${count}`;
    const exact = lens.isExact(value, shown) && counted.every((x) => lens.isExact(x, lens.number(x)));
    return [[`${counted.length <= TERMS ? `(${list(" + ")})` : lens.number(sum, 4)} / ${count} ${exact ? "=" : "≈"} ${shown}`]];
  },

  relu(lens, at, value) {
    const [x] = points(lens, at, "=");
    return [[`max(0, ${lens.number(x, 4)}) = ${lens.number(value, 4)}`], ...behind(lens, at)];
  },

  threshold(lens, at, value) {
    const [x] = points(lens, at, "="), { level, above } = at.panel.operation;
    const stays = x > level && above === null;
    return [[`${lens.number(x, 4)} ${x > level ? ">" : "≤"} ${lens.number(level, 4)}: ` +
      `${stays ? "the value stays" : "the result is"} ${lens.number(value, 4)}`], ...behind(lens, at)];
  },

  magnitude(lens, at, value) {
    const [x, y] = points(lens, at, "="), shown = lens.number(value, 4);
    const squared = (z) => { const text = lens.number(z, 4); return `${text.startsWith("−") ? `(${text})` : text}²`; };
    return [[`√(${squared(x)} + ${squared(y)}) ${lens.isExact(value, shown) ? "=" : "≈"} ${shown}`], ...behind(lens, at)];
  },

  angle(lens, at, value) {
    const [x, y] = points(lens, at, "∠"), degrees = fixed((value * 180) / Math.PI, 1);
    lens.note.textContent = `rad, ${degrees}°`;
    lens.swatch.textContent = "→";                        // rows run downward, and so do positive angles
    lens.swatch.style.rotate = `${value}rad`;
    return [[`atan2(${lens.number(y, 4)}, ${lens.number(x, 4)}) ≈ ${fixed(value, 4)} rad = ${degrees}°`], ...behind(lens, at)];
  },

  input(lens, { model, figures, index, panel, channel, row, column }, value) {
    lens.arrange(1, 1, ["="]);
    lens.matrices[0].label.textContent = figures[index].panel.title;
    lens.matrices[0].type([lens.number(value, 4)]);
    lens.matrices[0].set(0, 0, lens.number(value, 4), figures[index].colour(channel, row, column));
    lens.reads.textContent = "";
    const levels = Array.from({ length: panel.shape[0] }, (_, k) => fixed(model.value(index, k, row, column) * 255, 0));
    return [[`${levels.length === 1 ? levels[0] : levels.map((level, k) => `${CHANNELS[k]} ${level}`).join(", ")} of 255`]];
  },
};

// What a filter's pixel reads, and each times its weight; zero padding reads 0.
function terms({ model, channel }, panel, row, column) {
  const { rows, columns } = model.window(panel, row, column);
  const values = rows.map((r) => columns.map((c) =>
    (r.from < 0 || c.from < 0 ? 0 : model.value(panel.sources[0], channel, r.from, c.from))));
  return { values, products: values.map((line, i) => line.map((x, j) => x * panel.slide.weights[i][j])) };
}

// x · w + x · w + … = value; by rows where that is too long to read.
function written(lens, weights, values, products, value) {
  const all = products.flat(), shown = lens.number(value, 4);
  const exact = lens.isExact(value, shown) && all.every((x) => lens.isExact(x, lens.number(x)));
  const end = [` ${exact ? "=" : "≈"}\u00a0${shown}`];
  if (all.length <= TERMS) {
    const weight = weights.flat().map((w) => shortNumber(w, 3)).map((w) => (w.startsWith("−") ? `(${w})` : w));
    return [...values.flat().map((x, k) => [`${k ? " + " : ""}${lens.number(x)}\u00a0·\u00a0${weight[k]}`, all[k] === 0]), end];
  }
  const byRows = products.length > 1, sums = byRows ? products.map((line) => line.reduce((sum, x) => sum + x, 0)) : all;
  return [[byRows ? "sums of the rows: " : "", true], ...sums.map((sum, k) => {
    const text = lens.number(sum, 3);
    return [k ? (text.startsWith("−") ? ` − ${text.slice(1)}` : ` + ${text}`) : text, sum === 0];
  }), end];
}

// The sums of the filters that a single pixel's operation reads, a line each.
function behind(lens, at) {
  const { model, figures, panel, channel, row, column } = at;
  return panel.sources.filter((source) => model.panels[source].operation?.kind === "filter").flatMap((source) => {
    const filter = model.panels[source], { values, products } = terms(at, filter, row, column);
    const value = model.value(source, channel, row, column);
    return [[`\n${figures[source].panel.title}: `, true], ...written(lens, filter.slide.weights, values, products, value)];
  });
}

// One cell of the window, in the colour of the pixel that it reads; hatched, and true is returned, where that is padding.
function windowCell(lens, { model, figures, panel, channel }, i, j, r, c, value, name = "") {
  const source = panel.sources[0], [, height, width] = model.panels[source].shape;
  const padding = r.at < 0 || c.at < 0 || r.at >= height || c.at >= width;
  const colour = r.from >= 0 && c.from >= 0 ? figures[source].colour(channel, r.from, c.from) : null;
  lens.matrices[0].set(i, j, value === null ? "" : lens.number(value), colour, (padding ? "padding " : "") + name);
  return padding;
}

function sentence({ figures, panel }, rows, columns, inPadding) {
  const range = (name, places) => {
    const first = places[0].at, last = places.at(-1).at, step = places.length > 1 ? places[1].at - first : 1;
    return first === last ? `${name} ${fixed(first, 0)}`
      : `${name}s ${fixed(first, 0)} to ${fixed(last, 0)}${step > 1 ? ` in steps of ${step}` : ""}`;
  };
  const padding = inPadding ? `; ${inPadding} of ${rows.length * columns.length} places are padding` : "";
  return `reads ${range("row", rows)}, ${range("column", columns)} of ${figures[panel.sources[0]].panel.title}${padding}`;
}

// The operations on single pixels: each source's pixel in a cell of its own. Returns their values.
function points(lens, { model, figures, panel, channel, row, column }, sign) {
  const { sources } = panel, titles = sources.map((source) => figures[source].panel.title);
  const values = sources.map((source) => model.value(source, channel, row, column));
  lens.arrange(1, 1, sources.map((_, k) => (k < sources.length - 1 ? "and" : sign)));
  sources.forEach((source, k) => {
    const matrix = lens.matrices[k], text = lens.number(values[k], 4);
    matrix.label.textContent = titles[k];
    matrix.type([text]);
    matrix.set(0, 0, text, figures[source].colour(channel, row, column));
  });
  lens.reads.textContent = `reads the same pixel of ${titles.join(" and ")}`;
  return values;
}
