// Draws from N(0, 1) that a seed repeats: mulberry32 for the uniform numbers, Box and Muller's method for the normal ones.

function normals(seed, count) {
  const uniform = mulberry32(seed), drawn = [];
  while (drawn.length < count) {
    const size = Math.sqrt(-2 * Math.log(1 - uniform())), turn = 2 * Math.PI * uniform();   // 1 - u is never 0
    drawn.push(size * Math.cos(turn), size * Math.sin(turn));
  }
  return drawn.slice(0, count);
}

// Numbers in [0, 1), T. Ettinger's generator with 32 bits of state.
function mulberry32(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
