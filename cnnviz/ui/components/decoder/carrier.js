// Keeps decoders in the browser, by name, for every component on the page: window.cnnvizDecoders.get(id).decoder.decode(z).
const KEPT = 8;   // decoders of about 1 MB; a visitor goes back and forth between a few

export default function ({ data, parentElement }) {
  const container = parentElement.host.closest('[data-testid="stElementContainer"]');
  if (container) container.style.display = "none";   // or its flex gap would leave an empty line on the page
  const { decoder_id: id, blobs: [message, points, labels] } = unpack(data);
  const decoders = (window.cnnvizDecoders ??= new Map());
  const kept = decoders.get(id) ?? { decoder: new Decoder(message), points: new Float32Array(points.slice().buffer), labels: labels.slice() };
  decoders.delete(id);                               // a Map keeps the order of insertion: the oldest goes first
  decoders.set(id, kept);
  for (const old of decoders.keys()) if (decoders.size > KEPT) decoders.delete(old);
  window.dispatchEvent(new CustomEvent("cnnviz-decoder", { detail: id }));
}
