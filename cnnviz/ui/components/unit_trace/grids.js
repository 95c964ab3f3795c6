// Numbers as signed heat grids on a canvas, with a window's weights and products beside it.
const PAD_INK = "rgba(128, 128, 128, .55)";
const LABELLED = 25;          // px of a cell from which on its number is written in it
const LARGEST_CELL = 40, SMALL = { width: 66, height: 22 };   // px; windows of one number are flat
const BETWEEN = 24;           // px for the signs between the grids

// How numbers up to `limit` are written: in powers of ten, with two decimals or three.
function scaleOf(limit) {
  const power = limit > 0 && (limit < 0.05 || limit >= 1000) ? Math.floor(Math.log10(limit)) : 0;
  return { limit: limit || 1, factor: 10 ** power, power };
}
const superscript = (power) => String(power).replace(/[-0-9]/g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);
const range = ({ limit, power, factor }) => `±${shortNumber(limit / factor, 2)}${power ? ` (in 10${superscript(power)})` : ""}`;

function largest(numbers) {
  let most = 0;
  for (const number of numbers) if (Number.isFinite(number) && Math.abs(number) > most) most = Math.abs(number);
  return most;
}

// The colour of a signed number, and black or white on it (WCAG's relative luminance, roughly).
function signedColour(palette, number, limit) {
  const at = 3 * (128 + Math.round(127 * Math.min(1, Math.max(-1, number / limit)))), [r, g, b] = palette.subarray(at, at + 3);
  return { fill: `rgb(${r},${g},${b})`, ink: 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#000" : "#fff" };
}

// The places and sizes of a row of grids in so much width.
function layout(width, [h, w], grids) {
  if (h === 1 && w === 1) {
    const cell = Math.min(SMALL.width, Math.floor((width - BETWEEN * (grids - 1)) / grids));
    return { w: cell, h: SMALL.height, x: Array.from({ length: grids }, (_, n) => n * (cell + BETWEEN)), tall: SMALL.height };
  }
  const room = (width - 12 - BETWEEN * (grids - 1)) / grids;
  const cell = Math.max(2, Math.min(grids === 1 ? 64 : LARGEST_CELL, Math.floor(room / w), Math.floor(300 / h)));
  return { w: cell, h: cell, x: Array.from({ length: grids }, (_, n) => n * (cell * w + BETWEEN)), tall: cell * h };
}

// Draws one part: grids is a list of { numbers (h*w), scale }, `padding(i)` says which cells read nothing.
function drawPart(canvas, boxes, [h, w], grids, { palette, padding, marked, winner, signs, font, colour }) {
  const wide = boxes.x.at(-1) + boxes.w * w, ratio = window.devicePixelRatio || 1;
  Object.assign(canvas, { width: Math.ceil((wide + 2) * ratio), height: Math.ceil((boxes.tall + 2) * ratio) });
  Object.assign(canvas.style, { width: `${wide + 2}px`, height: `${boxes.tall + 2}px` });
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, ratio, ratio);
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  grids.forEach(({ numbers, scale }, n) => {
    for (let i = 0; i < h * w; i++) {
      const x = boxes.x[n] + (i % w) * boxes.w, y = Math.floor(i / w) * boxes.h, nothing = padding(i) && n !== 1;
      const { fill, ink } = signedColour(palette, nothing ? 0 : numbers[i], scale.limit);
      pen.fillStyle = fill;
      pen.fillRect(x, y, boxes.w, boxes.h);
      if (nothing) hatch(pen, x, y, boxes.w, boxes.h);
      if (boxes.w >= 6) {
        pen.strokeStyle = "rgba(128, 128, 128, .28)";
        pen.lineWidth = 1;
        pen.strokeRect(x + 0.5, y + 0.5, boxes.w - 1, boxes.h - 1);
      }
      if (boxes.w < LABELLED || (nothing && !Number.isFinite(numbers[i]))) continue;
      pen.font = `${boxes.h < boxes.w ? 13 : Math.min(13, boxes.w * 0.36)}px ${font}`;
      pen.fillStyle = ink;
      pen.fillText(fixed(numbers[i] / scale.factor, boxes.w >= 60 ? 4 : 2), x + boxes.w / 2, y + boxes.h / 2 + 0.5);
    }
    pen.strokeStyle = "rgba(128, 128, 128, .8)";
    pen.strokeRect(boxes.x[n] + 0.5, 0.5, boxes.w * w - 1, boxes.tall - 1);
    if (n && signs[n - 1]) {
      pen.fillStyle = colour;
      pen.font = `17px ${font}`;
      pen.fillText(signs[n - 1], boxes.x[n] - BETWEEN / 2, boxes.tall / 2);
    }
  });
  for (const [cell, ink] of [[winner, "#E69F00"], [marked, colour]]) {
    if (cell === null || cell === undefined) continue;
    pen.lineWidth = Math.min(3, Math.max(1.5, boxes.w / 8));
    pen.strokeStyle = ink;
    for (const left of boxes.x) pen.strokeRect(left + (cell % w) * boxes.w + 1, Math.floor(cell / w) * boxes.h + 1, boxes.w - 2, boxes.h - 2);
  }
}

function hatch(pen, x, y, w, h) {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, w, h);
  pen.clip();
  pen.strokeStyle = PAD_INK;
  pen.lineWidth = 1;
  pen.beginPath();
  for (let d = -h; d < w; d += 6) { pen.moveTo(x + d, y + h); pen.lineTo(x + d + h, y); }
  pen.stroke();
  pen.restore();
}

// Which cell of a part lies under the pointer, of any of its grids; null between them.
function cellAt(boxes, [h, w], offsetX, offsetY) {
  for (const left of boxes.x) {
    const col = Math.floor((offsetX - 1 - left) / boxes.w), row = Math.floor((offsetY - 1) / boxes.h);
    if (col >= 0 && col < w && row >= 0 && row < h) return row * w + col;
  }
  return null;
}
