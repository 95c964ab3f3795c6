// The other end of pack() in __init__.py: the header, with header.blobs as Uint8Array views into the message (no copy).
function unpack(message) {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const length = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(message.subarray(4, 4 + length)));
  let from = 4 + length;
  header.blobs = header.blobs.map((size) => message.subarray(from, (from += size)));
  return header;
}

// The first element of a piece of markup that a component itself has written.
function html(markup) {
  const template = document.createElement("template");
  template.innerHTML = markup.trim();
  return template.content.firstElementChild;
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
