// A safetensors file: the length of its header (uint64), the header as JSON, then the numbers, little-endian.

// {tensors: name -> {shape, values Float64Array}, metadata}; half and single precision
function readSafetensors(message) {
  const bytes = message.slice(), length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(entries)) {
    const raw = bytes.slice(8 + length + from, 8 + length + to).buffer;
    if (dtype !== "F32" && dtype !== "F16") throw new Error(`${name} is ${dtype}: F32 and F16 are read`);
    tensors[name] = { shape, values: dtype === "F32" ? Float64Array.from(new Float32Array(raw)) : Float64Array.from(new Uint16Array(raw), fromHalf) };
  }
  return { tensors, metadata };
}

// IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction
function fromHalf(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
}
