// cnnviz/digit.py in the browser, which is its reference: sums of integers only, so both give the same bytes.
const SIDE = 28, BOX = 20, CENTRE = 14;

function fitted(height, width, side) {
  const longer = Math.max(height, width);
  return [height, width].map((size) => Math.max(Math.floor((2 * side * size + longer) / (2 * longer)), 1));
}

// Along one axis: [source, target, overlap in units of 1/target of a source pixel] of all pairs that overlap.
function overlaps(source, target) {
  const found = [];
  for (let from = 0; from < source; from++) {
    for (let to = Math.floor((from * target) / source); to * source < (from + 1) * target; to++) {
      const overlap = Math.min((from + 1) * target, (to + 1) * source) - Math.max(from * target, to * source);
      if (overlap > 0) found.push([from, to, overlap]);
    }
  }
  return found;
}

// The mean over the area that each target pixel covers, of `levels` (rows of `stride`) inside the box.
function areaMean(levels, stride, [top, left, height, width], [rows, columns]) {
  const tall = new Float64Array(rows * width), sums = new Float64Array(rows * columns), area = height * width;
  for (const [from, to, part] of overlaps(height, rows)) {
    for (let col = 0, at = (top + from) * stride + left; col < width; col++) tall[to * width + col] += part * levels[at + col];
  }
  for (const [from, to, part] of overlaps(width, columns)) {
    for (let row = 0; row < rows; row++) sums[row * columns + to] += part * tall[row * width + from];
  }
  return Uint8Array.from(sums, (sum) => Math.floor((2 * sum + area) / (2 * area)));
}

function inkBox(levels, side) {
  let top = side, left = side, bottom = -1, right = -1;
  for (let row = 0, at = 0; row < side; row++) {
    for (let col = 0; col < side; col++, at++) {
      if (!levels[at]) continue;
      if (row < top) top = row;
      if (row > bottom) bottom = row;
      if (col < left) left = col;
      if (col > right) right = col;
    }
  }
  return bottom < 0 ? null : [top, left, bottom - top + 1, right - left + 1];
}

// levels: side x side. Null without ink.
function centredSteps(levels, side) {
  const box = inkBox(levels, side);
  if (!box) return null;
  const size = fitted(box[2], box[3], BOX), scaled = areaMean(levels, side, box, size);
  const sums = [0, 0];
  let mass = 0;
  scaled.forEach((level, at) => {
    mass += level;
    sums[0] += level * Math.floor(at / size[1]);
    sums[1] += level * (at % size[1]);
  });
  mass ||= 1;
  const corner = sums.map((sum, axis) =>
    Math.min(Math.max(Math.floor(((2 * CENTRE + 1) * mass - 2 * sum) / (2 * mass)), 0), SIDE - size[axis]));
  const placed = new Uint8Array(SIDE * SIDE);
  for (let row = 0; row < size[0]; row++) {
    placed.set(scaled.subarray(row * size[1], (row + 1) * size[1]), (corner[0] + row) * SIDE + corner[1]);
  }
  return { box, size, scaled, mass: sums.map((sum) => sum / mass), corner, placed };
}

function plain28(levels, side) {
  return areaMean(levels, side, [0, 0, side, side], [SIDE, SIDE]);
}
