const KEPT = 8;   // pictures; a visitor goes back and forth between a few

export default function ({ data, parentElement }) {
  hide(parentElement);
  const { picture_id: id, shape: [height, width, channels = 1], deflated, blobs: [bytes] } = unpack(data);
  const bring = (own) => keep("Pictures", id, { height, width, channels, bytes: own }, KEPT);
  if (!deflated) bring(bytes.slice());
  else if (!kept("Pictures", id)) inflated(bytes).then(bring);
}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
