const KEPT = 8;   // pictures; a visitor goes back and forth between a few

export default function ({ data, parentElement }) {
  const container = parentElement.host.closest('[data-testid="stElementContainer"]');
  if (container) container.style.display = "none";   // or its flex gap would leave an empty line on the page
  const { picture_id: id, shape: [height, width, channels = 1], deflated, blobs: [bytes] } = unpack(data);
  const keep = (own) => {
    const pictures = (window.cnnvizPictures ??= new Map());
    pictures.delete(id);                             // a Map keeps the order of insertion: the oldest goes first
    pictures.set(id, { height, width, channels, bytes: own });
    for (const old of pictures.keys()) if (pictures.size > KEPT) pictures.delete(old);
    window.dispatchEvent(new CustomEvent("cnnviz-picture", { detail: id }));
  };
  if (!deflated) keep(bytes.slice());
  else if (!window.cnnvizPictures?.has(id)) inflated(bytes).then(keep);
}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
