// The pictures of n latents under one decoder and one label: kept, and decoded again one by one when the temperature moves.

const SIDE = 28;

class Shelf {
  // z: Float32Array, n latents of `size` numbers, at temperature 1
  constructor(id, label, z, size) {
    Object.assign(this, { id, label, z, size, count: z.length / size, latent: new Float64Array(size) });
    this.pictures = Array.from({ length: this.count }, () => new Float32Array(SIDE * SIDE));
    this.stale = new Uint8Array(this.count).fill(1);
  }

  // Whether the decoder has come; once found it is kept, whatever the window forgets.
  get ready() { return Boolean(this.decoder ??= kept("Decoders", this.id)?.decoder); }

  outdate() { this.stale.fill(1); }

  decode(k, temperature) {
    for (let d = 0; d < this.size; d++) this.latent[d] = temperature * this.z[k * this.size + d];
    this.decoder.decode(this.latent, this.label, this.pictures[k]);
    this.stale[k] = 0;
  }
}
