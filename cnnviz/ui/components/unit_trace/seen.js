// The picture that the network reads, with its border, the receptive field of the unit, and that of a hovered input.
const TALL_PICTURE = 212;     // px
const FIELD = "#E69F00";

function paintSeen(canvas, wide, { picture, input, pad, field, hovered }) {
  const [height, width] = input.map((side) => side + 2 * pad), scale = Math.min(wide / width, TALL_PICTURE / height), ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.max(24, Math.round(width * scale)), Math.max(24, Math.round(height * scale))];
  Object.assign(canvas, { width: Math.round(w * ratio), height: Math.round(h * ratio) });
  Object.assign(canvas.style, { width: `${w}px`, height: `${h}px` });
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  const [sx, sy] = [w / width, h / height];
  pen.fillStyle = "#000";
  pen.fillRect(0, 0, w, h);
  const made = pictureCanvas(picture);
  pen.imageSmoothingEnabled = made ? made.width * 1.01 > (w - 2 * pad * sx) * ratio : false;
  if (made) pen.drawImage(made, pad * sx, pad * sy, w - 2 * pad * sx, h - 2 * pad * sy);
  if (!field) return;
  const box = ([[top, bottom], [left, right]]) => [left * sx, top * sy, (right - left + 1) * sx, (bottom - top + 1) * sy];
  const [x, y, across, down] = box(field);
  pen.fillStyle = "rgba(0, 0, 0, .45)";
  pen.beginPath();
  pen.rect(0, 0, w, h);
  pen.rect(x, y, across, down);
  pen.fill("evenodd");
  if (hovered) outlineField(pen, box(hovered), "#fff", 1.5, w, h);
  outlineField(pen, [x, y, across, down], FIELD, 2.5, w, h);
}

// Two strokes, dark round light, so that it shows on every picture; what lies outside is drawn on the edge.
function outlineField(pen, [x, y, across, down], colour, width, w, h) {
  const left = Math.max(x, 1), top = Math.max(y, 1), right = Math.min(x + across, w - 1), bottom = Math.min(y + down, h - 1);
  const grown = Math.max(0, 6 - Math.min(right - left, bottom - top)) / 2;   // a single pixel of a large picture is too small to be seen
  for (const [ink, line] of [["rgba(0, 0, 0, .65)", width + 2], [colour, width]]) {
    pen.strokeStyle = ink;
    pen.lineWidth = line;
    pen.strokeRect(left - grown, top - grown, right - left + 2 * grown, bottom - top + 2 * grown);
  }
}
