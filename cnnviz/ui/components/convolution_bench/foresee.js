// A changed setting's grids before Python has answered: cnnviz/bench/choice.py, scenes.py and rule.py once more, with the numbers
// of the message's supply (cnnviz/bench/supply.py). What may not fit is left to Python, which has the message for it.

// The scenes and the size rule of what stands in the fields, or null. number(setting, axis): a field's whole number within its
// bounds, undefined where the layer has no such field, null for anything else.
function foreseen(supply, number) {
  const setting = settingOf(supply, number);
  const numbers = setting && numbersOf(supply, setting);
  return numbers && { scenes: scenesOf(setting, numbers), rule: sizeRule(setting) };
}

// ---- choice.py: the setting, checked
const FIELDS = { kernel: ["kernel_size", 1], stride: ["stride", 1], padding: ["padding", 0], dilation: ["dilation", 1], outputPadding: ["output_padding", 0] };

function settingOf(supply, number) {
  const { dimensions, transposed, pooling, padding_mode: mode, ceil_mode: ceil, most_drawn: most } = supply, flat = dimensions === 1;
  const along = (axis, plain) => Object.fromEntries(Object.entries(FIELDS).map(([name, [field, least]]) => {
    const value = plain ? least : number(field, axis);
    return [name, value === undefined ? least : value];
  }));
  const sides = [along("rows", flat), along("columns")];
  const sizes = [flat ? 1 : number("size", "rows"), number("size", "columns")], ins = number("in_channels");
  const outs = pooling ? ins : number("out_channels"), groups = pooling ? 1 : number("groups");
  if ([...sizes, ins, outs, groups, ...sides.flatMap(Object.values)].some((value) => value === null) || ins % groups || outs % groups) return null;
  const setting = { dimensions, transposed, pooling, mode, ceil, sizes, sides, ins, outs, groups, counted: supply.count_include_pad };
  setting.output = sides.map((side, k) => outputLength(setting, sizes[k], side));
  return sides.every((side, k) => fits(setting, side, k, most)) ? setting : null;
}
function fits({ transposed, pooling, mode, sizes, output }, side, k, most) {
  if (output[k] < 1 || side.padding > widestPadding(sizes[k], mode)) return false;
  if (pooling && 2 * side.padding > side.kernel) return false;
  if (side.outputPadding >= Math.max(side.stride, side.dilation)) return false;
  const read = transposed ? stretchedAxis(sizes[k], side).roles.length : sizes[k] + 2 * side.padding;
  return read <= most && (!transposed || output[k] + 2 * side.padding <= most);
}

// The input, the weight and the bias of a setting; null where the tables do not reach so far.
function numbersOf(supply, { transposed, pooling, sizes, sides, ins, outs, groups }) {
  const [first, second] = transposed ? [ins, outs / groups] : [outs, ins / groups];
  const x = cut(supply, "input", [ins, ...sizes]), weight = pooling ? null : cut(supply, "weight", [first, second, ...sides.map((side) => side.kernel)]);
  const { biases } = supply, fitting = [0, 1, outs].includes(biases.length);
  if (!x || (!weight && !pooling) || !fitting) return null;
  return { x, weight, bias: biases.length ? upTo(outs).map((o) => biases[biases.length === 1 ? 0 : o]) : null };
}
function cut(supply, name, shape) {
  const count = shape.reduce((product, n) => product * n, 1), table = supply[name];
  if (supply.counted.includes(name)) return { shape, values: Float32Array.from({ length: count }, (_, k) => k + 1) };
  if (shape.some((n, axis) => n > table.shape[axis])) return null;
  const values = Float32Array.from({ length: count }, (_, flat) => {
    let at = 0;
    for (let axis = shape.length - 1, step = 1, rest = flat; axis >= 0; axis--) {
      at += (rest % shape[axis]) * step;
      rest = Math.floor(rest / shape[axis]);
      step *= table.shape[axis];
    }
    return table.values[at];
  });
  return { shape, values };
}

// ---- scenes.py: the views of the layer
function scenesOf(setting, { x, weight, bias }) {
  const { dimensions, transposed, pooling, mode, sizes, sides, output, groups, counted } = setting, pair = (name) => sides.map((side) => side[name]);
  const same = {
    stamp: false, label: "", operation: "sum", bias: bias && { shape: [bias.length], values: Float32Array.from(bias) }, winners: null, divisors: null,
    stride: pair("stride"), dilation: pair("dilation"), kernel: pair("kernel"), groups, flipped: false, crop: [0, 0, 0, 0], counted: true,
  };
  const scenes = pooling ? [{ ...same, name: "direct", ...pooled() }] : transposed ? turned() : [{ ...same, name: "direct", ...direct() }];
  return scenes.map((scene) => ({ ...scene, oneDimensional: dimensions === 1 }));

  function padded(blank) {
    const axes = sizes.map((n, k) => paddedAxis(n, sides[k], mode, output[k]));
    return { axes, input: laidOut(x, axes, blank) };
  }
  function direct() {
    const { axes, input } = padded(0);
    return { axes, input, weight, output: slid(input, weight, bias, groups, sides, output) };
  }
  function pooled() {
    const { axes, input } = padded(pooling === "max" ? -Infinity : 0), shared = { axes, input, weight: null, counted };
    if (pooling === "max") {
      const [values, winners] = pooledMax(input, sides, output);
      return { ...shared, operation: "max", output: values, winners };
    }
    const divisors = meanDivisors(sizes, sides, output, counted);
    return { ...shared, operation: "mean", output: pooledMean(input, sides, output, divisors), divisors };
  }
  function turned() {
    const whole = stamped(x, weight, bias, groups, sides), [top, left] = pair("padding");
    const kept = output.map((n, k) => ({ sources: upTo(n).map((at) => at + sides[k].padding) })), axes = sizes.map((n, k) => stretchedAxis(n, sides[k]));
    return [
      { ...same, name: "stamp", label: "Stamps", stamp: true, axes: sizes.map(plainAxis), input: x, weight, output: whole, crop: [top, top, left, left] },
      { ...same, name: "equivalent", label: "Direct", flipped: true, stride: [1, 1], axes, input: laidOut(x, axes), weight: flippedWeight(weight, groups), output: laidOut(whole, kept) },
    ];
  }
}

// ---- rule.py: the size rule with its numbers, as markup
function sizeRule(setting) {
  const { dimensions, sizes, sides, output } = setting;
  const lines = sides.map((side, k) => ruleAlong(setting, sizes[k], side, output[k])).slice(2 - dimensions);
  return new Set(lines).size === 1 ? lines[0] : lines.map((line, k) => `<span class="line">${["rows", "columns"][k]}:  ${line}</span>`).join(" ");
}
function ruleAlong({ transposed, ceil }, n, side, out) {
  const { kernel: k, stride: s, padding: p, dilation: d } = side;
  if (transposed) return `(${n} − 1) · ${s} − 2 · ${p} + ${d} · (${k} − 1) + ${side.outputPadding} + 1 = ${out}`;
  const [opening, closing] = (ceil ? "⌈⌉" : "⌊⌋").split("").map((sign) => `<span class="floor">${sign}</span>`);
  const room = n + 2 * p - reach(side), ruled = (ceil ? Math.ceil : Math.floor)(room / s) + 1;
  const fraction = `<span class="frac"><span>${n} + 2 · ${p} − ${d} · (${k} − 1) − 1</span><span>${s}</span></span>`;
  const share = Math.floor((100 * room) / s + 0.5) / 100; // halves up, as Python rounds it
  return `${opening} ${fraction} ${closing} + 1 = ${opening} ${share} ${closing} + 1 = ${ruled === out ? out : `${ruled} → ${out}`}`;
}
