// What is said of units, windows and steps.
const at = (place) => `(${place.join(", ")})`;
const signed = (number, digits = 4) => (number < 0 ? "" : "+") + written(number, digits);

// Five significant digits at most, a real minus sign, no minus before a zero; powers of ten where decimals would hide it.
function written(number, decimals = 4) {
  if (number === 0) return "0";
  if (!Number.isFinite(number) || (Math.abs(number) >= 1e-3 && Math.abs(number) < 1e5)) return fixed(number, decimals);
  const [digits, power] = number.toExponential(2).split("e");
  return `${digits.replace("-", "−")} · 10${superscript(Number(power))}`;
}

const placeWords = (place) => place.length === 3 ? `channel ${place[0]}, row ${place[1]}, column ${place[2]}` : place.length === 1 ? `unit ${place[0]}` : at(place);

function partName({ layers, kinds, channels, shape: [h, w, depth] }, n, branches, how) {
  if (branches) return `${layers[n]} (${kinds[n]})`;
  if (how === "distance" && h * w > 1) return `all ${h * w} values`;
  return depth === 3 || h * w > 1 ? `channel ${channels[n]}` : `unit ${channels[n]}`;
}

// How many letters of dotted names are the same module's.
function sharedPath(names) {
  const [first, ...others] = names;
  let end = first.lastIndexOf(".") + 1;
  while (end > 0 && !others.every((name) => name.startsWith(first.slice(0, end)))) end = first.lastIndexOf(".", end - 2) + 1;
  return end;
}

function checkWords(unit) {
  const size = Math.abs(unit.difference);
  if (unit.how === "input") return "as the network read it";
  return size === 0 ? "computed here, and exactly what torch gave" : `torch's value; computed here ${written(unit.computed, 6)}, ${written(size, 4)} apart`;
}

function headWords(layer, how, scales) {
  const [values, weights, products] = scales.map(range), of = layer ? ` of ${layer}` : "";
  if (how === "distance") return `values${of} ${values}, the code ${weights}, minus the square of their difference ${products}`;
  if (how === "sum" && scales.length === 3) return `values${of} ${values} × weights ${weights} = products ${products}`;
  if (how === "max") return `values${of} ${values}, the winner framed`;
  return `values${of} ${values}`;
}

function pixelWords(pixel, channels) {
  const name = channels === 3 ? ["red", "green", "blue"][pixel.channel] : "grey";
  if (!pixel.place) return `It lies in the border of zeros (black) round the picture: pixel 0.`;
  return `The picture's pixel at row ${pixel.place[1]}, column ${pixel.place[2]}, ${name}: ${written(pixel.pixel, 4)} of 1 (${Math.round(pixel.pixel * 255)} of 255).`;
}
