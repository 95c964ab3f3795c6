// Pictures cut from a sheet of 100 a row that the carrier "pixels" has brought.

const PIECE = 28, A_ROW = 100;

function grey(canvas, byteAt) {
  const pen = canvas.getContext("2d"), image = pen.createImageData(PIECE, PIECE), pixels = new Uint32Array(image.data.buffer);
  for (let k = 0; k < pixels.length; k++) { const v = byteAt(k); pixels[k] = (255 << 24 | v << 16 | v << 8 | v) >>> 0; }
  pen.putImageData(image, 0, 0);
  return canvas;
}

const blank = () => Object.assign(document.createElement("canvas"), { width: PIECE, height: PIECE });

// Draw number `index` into a canvas of 28 x 28; black until the sheet is there
function sprite(canvas, sheet, index) {
  const top = Math.floor(index / A_ROW) * PIECE, left = (index % A_ROW) * PIECE;
  return grey(canvas, (k) => (sheet ? sheet.bytes[(top + Math.floor(k / PIECE)) * sheet.width + left + (k % PIECE)] : 0));
}
