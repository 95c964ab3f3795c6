// The kernels that have numbers, made while a dial moves: as cnnviz/kernels/named.py makes them, which is their reference.

const GABOR_SIZE = 11;          // as in cnnviz/ui/filter_controls.py

// {numbers by name}, rows on screen -> rows of texts; null where the number of cells changes, which is for Python.
const MAKERS = {
  gaussian({ sigma, size }, rows) {
    if (size !== rows) return null;
    const weights = offsets(size).map((down) => offsets(size).map((right) => bell(down, right, sigma)));
    return scaled(weights, 1 / sum(weights));
  },

  gabor({ wavelength, angle, sigma }, rows) {
    if (rows !== GABOR_SIZE) return null;
    const turn = (angle * Math.PI) / 180, places = offsets(GABOR_SIZE);
    const bells = places.map((down) => places.map((right) => bell(down, right, sigma)));
    const wave = places.map((down, i) => places.map((right, j) =>
      bells[i][j] * Math.cos(((2 * Math.PI) / wavelength) * (right * Math.cos(turn) + down * Math.sin(turn)))));
    const even = sum(wave) / sum(bells);        // without it the wave would answer to an even area
    const free = wave.map((row, i) => row.map((value, j) => value - bells[i][j] * even));
    return scaled(free, 1 / sum(free.map((row) => row.map((value) => Math.max(value, 0)))));
  },
};

const offsets = (size) => Array.from({ length: size }, (_, i) => i - (size - 1) / 2);
const bell = (down, right, sigma) => Math.exp(-(down * down + right * right) / (2 * sigma * sigma));
const sum = (rows) => rows.flat().reduce((a, b) => a + b, 0);
// Nine digits say which float32 it is; Python's shorter text comes with its answer.
const scaled = (rows, by) => rows.map((row) => row.map((value) => String(Number(Math.fround(value * by).toPrecision(9)))));
