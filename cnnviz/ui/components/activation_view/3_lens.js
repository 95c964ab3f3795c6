// The enlarged map of the pointed unit, and what that unit sees of the input.

const MARK = "#E69F00";
const WRITTEN = 7;          // rows and columns of a map whose values are written into it
const VEIL = "rgba(0, 0, 0, .5)";

// Four significant digits at most, without an exponent as far as that can be read.
function short(value) {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size !== 0 && size < 1e-4) return value.toExponential(1).replaceAll("-", "−");
  return fixed(value, size < 0.1 ? 4 : size < 10 ? 3 : size < 100 ? 2 : 1);
}

class Lens {
  constructor(element) {
    this.element = element;
    element.innerHTML = `<figure class="map"><canvas></canvas></figure><figure class="seen"><canvas></canvas></figure>
      <div class="words" aria-live="polite"><div class="which"></div><div class="value"></div><div class="stats"></div><div class="sees"></div><div class="hint"></div></div>`;
    [this.map, this.seen] = element.querySelectorAll("canvas");
    for (const name of ["which", "value", "stats", "sees", "hint"]) this[name] = element.querySelector(`.${name}`);
  }

  // at: {strip, i, row, col}, the unit; view: header, picture and switches
  show(at, view) {
    const { strip, i, row, col } = at, [r, c] = strip.pixel(row, col), exact = strip.type !== "u8";
    this.enlarge(at, view);
    const span = view.header.input ? strip.span(row, col) : null;
    this.seen.parentElement.hidden = !view.header.input;
    if (view.header.input) this.look(at, span, view);
    this.which.textContent = `${strip.layer}, ${strip.labels?.[i] ?? `${strip.unit ? "unit" : "channel"} ${strip.channels[i]}`}`;
    if (strip.type === "rgb") this.value.textContent = `(${row}, ${col}) = ${strip.rgb(i, r, c).map(short).join(", ")}`;
    else this.value.textContent = `${strip.unit ? "" : `(${row}, ${col}) `}${exact ? "=" : "≈"} ${short(strip.value(i, r, c))}`;
    this.stats.textContent = strip.unit ? "" : `min ${short(strip.low[i])}, max ${short(strip.high[i])}, mean ${short(strip.mean[i])}`;
    this.sees.textContent = span ? this.field(span, view.header.input) : "";
    this.hint.textContent = [strip.shrunk ? `Drawn with ${strip.h} × ${strip.w} of ${strip.shape[1]} × ${strip.shape[2]} places, each a mean.` : "",
      strip.notes?.[i] ?? "", view.header.hint].filter(Boolean).join(" ");
  }

  field([[top, bottom], [left, right]], [height, width]) {
    const whole = top <= 0 && left <= 0 && bottom >= height - 1 && right >= width - 1;
    return whole ? "sees the whole input" : `sees ${bottom - top + 1} × ${right - left + 1} pixels`;
  }

  sized(canvas, rows, columns) {
    const ratio = window.devicePixelRatio || 1, side = canvas.parentElement.clientWidth || 150;
    const scale = side / Math.max(rows, columns), [w, h] = [columns * scale, rows * scale];
    Object.assign(canvas, { width: Math.round(w * ratio), height: Math.round(h * ratio) });
    Object.assign(canvas.style, { width: `${w}px`, height: `${h}px` });
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    return { pen, w, h };
  }

  enlarge({ strip, i, row, col }, view) {
    const [, rows, columns] = strip.shape, { pen, w, h } = this.sized(this.map, rows, columns);
    strip.draw(pen, i, 0, 0, w, h);
    const [cw, ch] = [w / columns, h / rows];
    if (strip.type !== "rgb" && Math.max(strip.h, strip.w) <= WRITTEN && !strip.unit) this.write(pen, strip, i, w / strip.w, h / strip.h, view.own);
    if (!strip.unit && !view.header.still) this.box(pen, col * cw, row * ch, cw, ch);
    this.map.setAttribute("aria-label", `${strip.layer}, map ${strip.channels[i]}, enlarged`);
  }
  write(pen, strip, i, cw, ch, own) {
    pen.font = `${Math.min(13, cw * 0.36)}px sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (let r = 0; r < strip.h; r++) for (let c = 0; c < strip.w; c++) {
      const value = strip.value(i, r, c), dark = Math.abs(value) > 0.45 * strip.scaleOf(i, own);
      pen.fillStyle = dark ? "#fff" : "#16202B";
      pen.fillText(Math.abs(value) < 10 ? fixed(value, 2) : fixed(value, 1), (c + 0.5) * cw, (r + 0.5) * ch);
    }
  }

  look({ strip, i }, span, view) {
    const [height, width] = view.header.input, { pen, w, h } = this.sized(this.seen, height, width);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(view.picture, 0, 0, w, h);
    if (view.overlay && !strip.unit) {
      pen.globalAlpha = 0.6;
      strip.draw(pen, i, 0, 0, w, h, true);
      pen.globalAlpha = 1;
    }
    this.seen.setAttribute("role", "img");
    this.seen.setAttribute("aria-label", span ? `The input; the unit ${this.field(span, view.header.input)}` : "The input");
    if (!span) return;
    const [[top, bottom], [left, right]] = span, [sx, sy] = [w / width, h / height];
    const box = [left * sx, top * sy, (right - left + 1) * sx, (bottom - top + 1) * sy];
    if (!view.overlay) {
      pen.fillStyle = VEIL;
      pen.beginPath();
      pen.rect(0, 0, w, h);
      pen.rect(...box);
      pen.fill("evenodd");
    }
    const [x, y, across, down] = box, inside = [Math.max(x, 1), Math.max(y, 1), Math.min(x + across, w - 1), Math.min(y + down, h - 1)];
    this.box(pen, inside[0], inside[1], inside[2] - inside[0], inside[3] - inside[1]);
  }

  box(pen, x, y, w, h) {
    for (const [colour, width] of [["rgba(0, 0, 0, .65)", 4], [MARK, 2]]) {
      pen.lineWidth = width;
      pen.strokeStyle = colour;
      pen.strokeRect(x, y, w, h);
    }
  }
}
