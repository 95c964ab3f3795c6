// Two pens with the same four strokes, so that the canvas on screen and the exported SVG are one drawing.
class CanvasPen {
  constructor(context, font) { this.context = context; this.font = font; }
  rect(x, y, w, h, { fill, stroke, width = 1, dash, radius = 0 }) {
    const c = this.context;
    c.beginPath();
    if (radius) c.roundRect(x, y, w, h, radius); else c.rect(x, y, w, h);
    if (fill) { c.fillStyle = fill; c.fill(); }
    if (stroke) { c.strokeStyle = stroke; c.lineWidth = width; c.setLineDash(dash || []); c.stroke(); }
  }
  line(x1, y1, x2, y2, { stroke, width = 1, dash }) {
    const c = this.context;
    c.beginPath(); c.moveTo(x1, y1); c.lineTo(x2, y2);
    c.strokeStyle = stroke; c.lineWidth = width; c.setLineDash(dash || []); c.stroke();
  }
  text(x, y, words, { size, fill, align = "center", weight = 400, italic = false }) {
    const c = this.context;
    const font = `${italic ? "italic " : ""}${weight} ${size}px ${this.font}`;
    if (font !== this.chosen) c.font = this.chosen = font; // reading a font costs more than drawing a number
    c.fillStyle = fill; c.textAlign = align; c.textBaseline = "middle";
    c.fillText(words, x, y + size * 0.06);
  }
}

class SvgPen {
  constructor(width, height, font, background) {
    this.parts = [`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${SvgPen.escaped(font)}">`];
    this.rect(0, 0, width, height, { fill: background });
  }
  static escaped(words) { return String(words).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;"); }
  static short(number) { return +number.toFixed(2); }
  static paint({ fill, stroke, width = 1, dash }) {
    return ` fill="${fill || "none"}"` + (stroke ? ` stroke="${stroke}" stroke-width="${width}"` + (dash ? ` stroke-dasharray="${dash.join(" ")}"` : "") : "");
  }
  rect(x, y, w, h, style) {
    const s = SvgPen.short;
    this.parts.push(`<rect x="${s(x)}" y="${s(y)}" width="${s(w)}" height="${s(h)}"${style.radius ? ` rx="${style.radius}"` : ""}${SvgPen.paint(style)}/>`);
  }
  line(x1, y1, x2, y2, style) {
    const s = SvgPen.short;
    this.parts.push(`<line x1="${s(x1)}" y1="${s(y1)}" x2="${s(x2)}" y2="${s(y2)}"${SvgPen.paint(style)}/>`);
  }
  text(x, y, words, { size, fill, align = "center", weight = 400, italic = false }) {
    const s = SvgPen.short, anchor = { center: "middle", left: "start", right: "end" }[align];
    this.parts.push(`<text x="${s(x)}" y="${s(y + size * 0.36)}" font-size="${s(size)}" fill="${fill}" text-anchor="${anchor}"${weight !== 400 ? ` font-weight="${weight}"` : ""}${italic ? ' font-style="italic"' : ""}>${SvgPen.escaped(words)}</text>`);
  }
  end() { return this.parts.join("\n") + "\n</svg>\n"; }
}

// Colours of a theme, read once: canvas and SVG want plain rgb.
class Paint {
  constructor(element, ends) {
    const style = getComputedStyle(element);
    const read = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
    this.background = Paint.rgb(read("--st-background-color", "#ffffff"));
    this.ink = Paint.rgb(read("--st-text-color", "#16202b"));
    this.accent = Paint.rgb(read("--st-primary-color", "#0b5cad"));
    this.font = read("--st-font", "sans-serif");
    this.dark = Paint.light(this.background) < 0.5;
    [this.negative, this.positive] = ends.map(Paint.rgb);
    this.line = this.mix(this.ink, 0.28);
    this.faint = this.mix(this.ink, 0.13);
    this.muted = this.mix(this.ink, 0.62);
    this.accentText = Paint.text(this.accent);
    this.inkText = Paint.text(this.ink);
    this.second = this.dark ? "rgb(94, 214, 160)" : "rgb(0, 122, 84)"; // what a hover marks, against the accent of the step
  }
  // What tells one theme from another.
  static theme(element) {
    const style = getComputedStyle(element);
    return ["--st-background-color", "--st-text-color", "--st-primary-color", "--st-font"].map((name) => style.getPropertyValue(name)).join();
  }
  static rgb(text) {
    const canvas = Paint.canvas ||= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    canvas.fillStyle = "#000"; canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  }
  static text([r, g, b]) { return `rgb(${Math.round(r)}, ${Math.round(g)}, ${Math.round(b)})`; }
  static light([r, g, b]) { return (0.299 * r + 0.587 * g + 0.114 * b) / 255; }
  blend(colour, share) { return this.background.map((base, k) => base + (colour[k] - base) * share); }
  mix(colour, share) { return Paint.text(this.blend(colour, share)); }
  // Blue for negative, orange for positive, the page's own colour for zero; and what can be read on it.
  cell(value, largest) {
    const known = (this.known ||= new Map()), key = `${value} ${largest}`;
    if (known.size > 2000) known.clear();
    if (!known.has(key)) known.set(key, this.coloured(value, largest));
    return known.get(key);
  }
  coloured(value, largest) {
    if (!Number.isFinite(value)) return { fill: this.mix(this.ink, 0.06), text: this.muted };
    const share = largest ? Math.min(1, Math.abs(value) / largest) * 0.95 : 0;
    const mixed = this.blend(value < 0 ? this.negative : this.positive, share);
    const dark = Paint.light(mixed) < 0.52;
    return { fill: Paint.text(mixed), text: dark === this.dark ? this.inkText : Paint.text(this.background) };
  }
}
