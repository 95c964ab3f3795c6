const KEPT = 24;   // sets of arrays
const KINDS = { float32: Float32Array, uint8: Uint8Array, int32: Int32Array };

export default function ({ data, parentElement }) {
  hide(parentElement);
  const { array_id: id, names, kinds, blobs } = unpack(data);
  keep("Arrays", id, Object.fromEntries(names.map((name, i) => [name, new KINDS[kinds[i]](blobs[i].slice().buffer)])), KEPT);
}
