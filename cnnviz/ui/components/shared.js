// The other end of pack() in __init__.py: the header, with header.blobs as Uint8Array views into the message (no copy).
function unpack(message) {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const length = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(message.subarray(4, 4 + length)));
  let from = 4 + length;
  header.blobs = header.blobs.map((size) => message.subarray(from, (from += size)));
  return header;
}

// When Python made a message, in microseconds: its last eight bytes, after all that unpack() reads.
function madeAt(message) {
  return new DataView(message.buffer, message.byteOffset + message.byteLength - 8).getFloat64(0, true);
}

// The first element of a piece of markup that a component itself has written.
function html(markup) {
  const template = document.createElement("template");
  template.innerHTML = markup.trim();
  return template.content.firstElementChild;
}

// The step of an axis: 1, 2 or 5 times a power of ten, at least `least`.
function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((times) => times * power >= least * 0.999);
}

// Round numbers between low and high, some `about` of them, and how many decimals they need.
function roundSteps(low, high, about) {
  const step = roundStep((high - low) / about), first = Math.ceil(low / step), last = Math.floor(high / step + 1e-9);
  const values = Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => (first + k) * step);
  return { values, decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

// Numbers as they are printed: a real minus sign, and no minus before a zero.
function fixed(value, decimals) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value < 0 ? "−∞" : "∞";
  const text = Math.abs(value) >= 1e7 ? Math.abs(value).toExponential(2) : Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? "−" + text : text;
}

// At most three significant decimals, without trailing zeros: for scales and kernels.
function shortNumber(value, decimals = 3) {
  const text = fixed(value, decimals);
  return text.includes(".") && !text.includes("e") ? text.replace(/\.?0+$/, "") : text;
}

// Bytes, grey or RGB, as a canvas of their own size.
function pixelCanvas({ bytes, width, height }) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height }), image = new ImageData(width, height);
  const channels = bytes.length / (width * height);
  for (let k = 0; k < width * height; k++) {
    for (let c = 0; c < 3; c++) image.data[4 * k + c] = bytes[channels === 3 ? 3 * k + c : k];
    image.data[4 * k + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

// What carriers (pixels, arrays, decoder) bring once and views read by name: window.cnnvizPictures, cnnvizArrays, cnnvizDecoders.
// A Map keeps the order of insertion, and what is read goes to its end: the one to go is what nobody has read for longest.
function keep(kind, id, thing, most) {
  const all = (window[`cnnviz${kind}`] ??= new Map());
  all.delete(id);
  all.set(id, thing);
  for (const old of all.keys()) if (all.size > most) all.delete(old);
  window.dispatchEvent(new CustomEvent(`cnnviz-${kind.toLowerCase()}`, { detail: id }));
}

// null before it has come
function kept(kind, id) {
  const all = window[`cnnviz${kind}`], thing = all?.get(id);
  if (!thing) return null;
  all.delete(id);
  all.set(id, thing);
  return thing;
}

// A carrier takes no room: without this its flex gap would leave an empty line on the page.
function hide(parentElement) {
  const container = parentElement.host.closest('[data-testid="stElementContainer"]');
  if (container) container.style.display = "none";
}

// A picture that components.pixels has sent, made into a canvas once; null before it has come.
function pictureCanvas(id) {
  const picture = kept("Pictures", id);
  return picture ? (picture.canvas ??= pixelCanvas(picture)) : null;
}

// What a component's module exports: one view in each element that Streamlit mounts, shown each message by show(view, component).
// Streamlit hands messages over late and out of order while Chromium still loads the module (several imports of it are answered
// in any order), so one that was made before what is shown is left out. What is given back is called when the element is taken
// away, but also for a message that a newer one has overtaken: then the element is still on the page, and its view, with all
// that the visitor did in it, must stay.
function oneView(View, show) {
  return (component) => {
    const { parentElement, data } = component, root = parentElement.querySelector(".root"), made = madeAt(data);
    if (made < root.made) return;
    root.made = made;
    root.view ??= new View(root, data);
    show(root.view, component);
    return () => setTimeout(() => {
      if (root.isConnected) return;
      root.view?.close?.();
      delete root.view;
    });
  };
}

// Hand a blob to the visitor as a file.
function saveFile(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// Draws a picture of 28 x 28, values in [0, 1], on a canvas at its own size; image: an ImageData (28,28) to work in.
function putPicture(pen, image, picture, x = 0, y = 0) {
  const out = new Uint32Array(image.data.buffer);
  for (let k = 0; k < out.length; k++) out[k] = 0xff000000 | (Math.round(255 * picture[k]) * 0x10101);
  pen.putImageData(image, x, y);
}
