// Keeps decoders in the browser, by name, for every component on the page: window.cnnvizDecoders.get(id).decoder.decode(z).
const KEPT = 8;   // decoders of about 1 MB; a visitor goes back and forth between a few

export default function ({ data, parentElement }) {
  hide(parentElement);
  const { decoder_id: id, blobs: [message, points, labels] } = unpack(data);
  const brought = () => ({ decoder: new Decoder(message), points: new Float32Array(points.slice().buffer), labels: labels.slice() });
  keep("Decoders", id, kept("Decoders", id) ?? brought(), KEPT);
}
