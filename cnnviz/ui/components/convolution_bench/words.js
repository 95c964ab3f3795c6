// The running sum written out, as markup for the page and, without its tags, as text for an exported picture.
function factor(value) { return value < 0 ? `(${numeral(value)})` : numeral(value); }

function product(term, scene) {
  const words = scene.operation === "sum" ? `${factor(term.value)}·${factor(term.weight)}` : scene.operation === "mean" ? factor(term.value) : numeral(term.value);
  return term.role === "inside" ? words : `<i>${words}</i>`;
}

// One output place (row, col): lines of markup. `shown` is how many terms count so far (slow steps), else all.
function workedSum(scene, out, [row, col], { shown = Infinity, until = Infinity } = {}) {
  const terms = scene.terms(out, [row, col], until), known = terms.slice(0, shown + 1), all = known.length === terms.length;
  const result = scene.output.at(out, row, col), name = cellName(scene, "output", out, row, col);
  const mark = (term, k) => (k === shown && !all ? `<b>${product(term, scene)}</b>` : k > shown ? `<s>${product(term, scene)}</s>` : product(term, scene));
  if (scene.operation !== "sum") {
    const listed = terms.map(mark);
    const value = all ? numeral(result) : "…";
    if (scene.operation === "max") return [`${name} = max(${listed.join(", ")}) = <b>${value}</b>`];
    const divisor = scene.divisors[row * scene.steps.width + col];
    return [`${name} = (${listed.join(" + ") || "0"}) / ${divisor} = <b>${value}</b>`];
  }
  const bias = scene.bias ? scene.bias[out] : null, last = until === Infinity && all;
  const total = last ? result : known.reduce((sum, t) => sum + t.value * t.weight, scene.stamp ? bias || 0 : 0);
  const ends = bias === null ? "" : ` + <u>${factor(bias)}</u>`, so = last ? "" : " so far";
  const channels = [...new Set(terms.map((t) => t.channel))];
  if (channels.length <= 1) return [`${name} = ${terms.map(mark).join(" + ") || "0"}${ends} = <b>${numeral(total)}</b>${so}`];
  const partial = (channel) => known.filter((t) => t.channel === channel).reduce((sum, t) => sum + t.value * t.weight, 0);
  const lines = channels.map((channel) => `<em>channel ${channel}</em> ${terms.map((t, k) => [t, k]).filter(([t]) => t.channel === channel).map(([t, k]) => mark(t, k)).join(" + ")} = <b>${numeral(partial(channel))}</b>`);
  return [`${name} = ${channels.map((c) => factor(partial(c))).join(" + ")}${ends} = <b>${numeral(total)}</b>${so}`, ...lines];
}

// What a step of a stamp scene does.
function stampWords(scene, out, place) {
  const at = scene.place(place);
  const values = scene.ins(out).map((channel) => `${scene.insPerGroup > 1 ? `<em>channel ${channel}</em> ` : ""}${numeral(scene.input.at(channel, ...at))}`);
  return [`Input ${spot(scene, at)} = ${values.join(", ")}, times the kernel, is added to the output where the window stands.`];
}

// What a hovered cell takes part in.
function hoverWords(scene, out, hover) {
  if (hover.part === "kernel") {
    const weight = scene.weight(out, hover.channel, hover.row * scene.kernel[1] + hover.col);
    return `Weight ${spot(scene, [hover.row, hover.col])} = <b>${numeral(weight)}</b> is shared: it takes part in all ${scene.places} ${scene.stamp ? "stamps" : "places of this output"}.`;
  }
  const role = scene.role(hover.row, hover.col), copies = scene.copies(hover.row, hover.col);
  const value = numeral(scene.input.at(hover.channel, hover.row, hover.col));
  const met = copies.reduce((count, at) => count + scene.sources(at).length, 0);
  const what = { padding: "Padding", inserted: "Inserted zero", inside: "Input" }[role];
  const name = role === "inside" ? `${what} ${spot(scene, scene.origin(hover.row, hover.col))} = <b>${value}</b>` : `${what} <b>${value}</b>`;
  const places = `${met} output place${met === 1 ? "" : "s"}`;
  if (!met) return `${name} is read by no output.`;
  return `${name} feeds ${places}${scene.weights ? ", each through the weight written in it" : ""}${copies.length > 1 ? " (its copies in the border counted)" : ""}.`;
}

function spot(scene, at) { return at ? (scene.oneDimensional ? `(${at[1]})` : `(${at[0]}, ${at[1]})`) : ""; }
function cellName(scene, part, channel, row, col) {
  if (scene.cropped(row, col)) return "cropped";
  const at = [row - scene.crop[0], col - scene.crop[2]];
  return `output ${scene.output.channels > 1 ? `${channel} ` : ""}${spot(scene, at)}`;
}
function plain(markup) { return markup.replace(/<[^>]*>/g, ""); }
