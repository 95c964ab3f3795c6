// Two drawings beside the sheets: reconstruction against KL for the family of C, and where the encodings lie beside the draws.

function svg(name, attributes = {}, text = null) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== null) element.textContent = text;
  return element;
}

// Round numbers from one side of [low, high] to the other, about `count` of them.
function ticks(low, high, count = 5) {
  const step = roundStep((high - low) / count), first = Math.floor(low / step), last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, k) => (first + k) * step);
}

// An empty drawing with axes: {root, x(value), y(value)}; xs and ys are the ticks, the ends included.
function axes(width, height, xs, ys, xName, yName, names = true) {
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" }), [left, right, top, bottom] = [46, 10, 8, 36];
  const x = (value) => left + ((width - left - right) * (value - xs[0])) / (xs.at(-1) - xs[0]);
  const y = (value) => height - bottom - ((height - top - bottom) * (value - ys[0])) / (ys.at(-1) - ys[0]);
  for (const value of ys) {
    root.append(svg("line", { class: "rule", x1: left, x2: width - right, y1: y(value), y2: y(value) }));
    root.append(svg("text", { x: left - 5, y: y(value) + 4, "text-anchor": "end" }, shortNumber(value)));
  }
  if (names) for (const value of xs) root.append(svg("text", { x: x(value), y: height - bottom + 14, "text-anchor": "middle" }, shortNumber(value)));
  root.append(svg("text", { x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle" }, xName));
  root.append(svg("text", { transform: `translate(11 ${(top + height - bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }, yName));
  return { root, x, y, left, right: width - right };
}

// networks: those with a C, and those without; chosen(c) when a point is clicked. show(c) marks one.
function familyPlot(networks, chosen) {
  const family = networks.filter(({ c }) => c !== null), plain = networks.filter(({ c }) => c === null);
  const heights = networks.map(({ reconstruction }) => reconstruction);
  const { root, x, y, left, right } = axes(380, 250, ticks(0, Math.max(...family.map(({ kl }) => kl))), ticks(Math.min(...heights), Math.max(...heights)),
    "KL, nats a picture", "reconstruction from μ, nats a picture");
  for (const one of plain) {
    const at = y(one.reconstruction);
    root.append(svg("line", { class: "plain ae", x1: left, x2: right, y1: at, y2: at }));
    root.append(svg("text", { x: left + 6, y: at - 5, class: "strong" }, `AE, no KL: ${fixed(one.reconstruction, 1)}`));
  }
  root.append(svg("polyline", { class: "way", points: family.map(({ kl, reconstruction }) => `${x(kl)},${y(reconstruction)}`).join(" ") }));
  const marks = family.map((one) => {
    const mark = svg("g", { class: "point" }), [px, py] = [x(one.kl), y(one.reconstruction)], late = px > (left + right) / 2;
    mark.append(svg("title", {}, `C = ${one.c}: reconstruction ${fixed(one.reconstruction, 2)} nats, KL ${fixed(one.kl, 2)} nats`),
      svg("circle", { class: "hit", cx: px, cy: py, r: 16 }), svg("circle", { class: "ring", cx: px, cy: py, r: 9 }),
      svg("circle", { class: "dot vae", cx: px, cy: py, r: 5 }),
      svg("text", { x: px + (late ? 2 : 12), y: py - 12, "text-anchor": late ? "middle" : "start", class: "strong" }, `C = ${one.c}`));
    mark.onclick = () => chosen(one.c);
    root.append(mark);
    return mark;
  });
  const show = (c) => {
    marks.forEach((mark, k) => mark.classList.toggle("chosen", family[k].c === c));
    const one = family.find((each) => each.c === c);
    root.setAttribute("aria-label", `Reconstruction against KL; C = ${c}: ${fixed(one.reconstruction, 1)} and ${fixed(one.kl, 1)} nats`);
  };
  return { root, show };
}

// Mean and spread of the encodings in each dimension, of two networks; the band is the spread of the draws, the temperature.
function cloudPlot(networks, temperature) {
  const size = networks[0].mean.length, ends = networks.flatMap(({ mean, spread }) => mean.flatMap((m, d) => [m - spread[d], m + spread[d]]));
  const dims = Array.from({ length: size + 2 }, (_, d) => d);
  const ys = ticks(Math.min(-temperature, ...ends), Math.max(temperature, ...ends), 4);
  const { root, x, y, left, right } = axes(380, 170, dims, ys, "latent dimension", "z: mean ± spread", false);
  root.append(svg("rect", { class: "band", x: left, width: right - left, y: y(temperature), height: Math.max(1, y(-temperature) - y(temperature)) }));
  for (const d of dims.slice(1, -1)) root.append(svg("text", { x: x(d), y: 148, "text-anchor": "middle" }, String(d)));
  networks.forEach(({ mean, spread, title }, n) => mean.forEach((m, d) => {
    const at = x(d + 1) + (n - (networks.length - 1) / 2) * 7, bar = svg("g", { class: n ? "vae" : "ae" });
    bar.append(svg("title", {}, `${title}, dimension ${d + 1}: mean ${fixed(m, 2)}, spread ${fixed(spread[d], 2)}`),
      svg("line", { x1: at, x2: at, y1: y(m - spread[d]), y2: y(m + spread[d]), "stroke-width": 4 }), svg("circle", { cx: at, cy: y(m), r: 3 }));
    root.append(bar);
  }));
  root.setAttribute("aria-label", "Mean and spread of the encodings in each dimension beside the draws");
  return root;
}

const LINE = 20;   // height of a key under a drawing
const LOOKS = ["fill", "fill-opacity", "opacity", "stroke", "stroke-width", "stroke-dasharray", "font-family", "font-size", "font-weight"];

// Hand a drawing over as it looks on the page: a file has no style sheet, so each element takes its looks along. key: the words
// under it with a coloured mark each, where there are some; they go under the drawing.
function savePlot(drawing, name, key = null) {
  const copy = drawing.cloneNode(true), copies = [copy, ...copy.querySelectorAll("*")], { width, height } = drawing.viewBox.baseVal;
  [drawing, ...drawing.querySelectorAll("*")].forEach((element, k) => {
    const style = getComputedStyle(element);
    for (const look of LOOKS) copies[k].setAttribute(look, style.getPropertyValue(look));
  });
  for (const [key, value] of Object.entries({ xmlns: "http://www.w3.org/2000/svg", width, height })) copy.setAttribute(key, value);
  if (key) copy.append(...keyed(key, width, height));
  const tall = height + (key ? LINE : 0);
  copy.setAttribute("height", tall);
  copy.setAttribute("viewBox", `0 0 ${width} ${tall}`);
  copy.prepend(svg("rect", { width, height: tall, fill: getComputedStyle(drawing.closest("figure")).getPropertyValue("--st-background-color") }));
  saveFile(new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" }), `${name}.svg`);
}

// The marks and words of a key, evenly in a line under a drawing.
function keyed(key, width, height) {
  const marks = [...key.querySelectorAll(".key")], { color, fontFamily } = getComputedStyle(key), step = width / marks.length;
  return marks.flatMap((mark, k) => [
    svg("rect", { x: k * step + 8, y: height + 2, width: 11, height: 11, rx: 2, fill: getComputedStyle(mark).backgroundColor }),
    svg("text", { x: k * step + 24, y: height + 12, fill: color, "font-size": 12, "font-family": fontFamily }, mark.nextSibling.textContent.trim()),
  ]);
}
