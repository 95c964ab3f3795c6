// The two drawings: histograms with the threshold and the visitor's own pictures, and the ROC curve with its operating point.

const BINS = 72, EDGE = { left: 44, right: 10, top: 34, bottom: 36 }, ROC_EDGE = { left: 40, right: 10, top: 12, bottom: 36 };

class Sheet {   // a canvas drawn in CSS pixels
  constructor(canvas) { this.canvas = canvas; this.pen = canvas.getContext("2d"); }

  clear(edge) {
    const { clientWidth: width, clientHeight: height } = this.canvas, ratio = Math.min(2, window.devicePixelRatio || 1);
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) Object.assign(this.canvas, { width: w, height: h });
    const style = getComputedStyle(this.canvas), { pen } = this;
    this.ink = style.color;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.font = `12px ${style.fontFamily || "sans-serif"}`;
    Object.assign(this, { ratio, left: edge.left, top: edge.top, wide: width - edge.left - edge.right, high: height - edge.top - edge.bottom });
    return width > 0 && height > 0;
  }

  line(points, { colour = this.ink, width = 1, dash = [], alpha = 1 } = {}) {
    const { pen } = this;
    Object.assign(pen, { strokeStyle: colour, lineWidth: width, globalAlpha: alpha, lineJoin: "round" });
    pen.setLineDash(dash);
    pen.beginPath();
    points.forEach(([x, y], k) => (k ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.stroke();
    pen.setLineDash([]);
    pen.globalAlpha = 1;
  }

  text(words, x, y, align = "center", { colour = this.ink, alpha = 0.85, turned = false, bold = false, halo = null } = {}) {
    const { pen } = this, font = pen.font;
    pen.save();
    Object.assign(pen, { fillStyle: colour, globalAlpha: alpha, textAlign: align, font: bold ? `bold ${font}` : font });
    pen.translate(x, y);
    if (turned) pen.rotate(-Math.PI / 2);
    if (halo) { Object.assign(pen, { strokeStyle: halo, lineWidth: 4, lineJoin: "round" }); pen.strokeText(words, 0, 0); }
    pen.fillText(words, 0, 0);
    pen.restore();
  }

  frame(xTicks, yTicks, xTitle, yTitle) {   // ticks: [[share of the side, words]]
    const { left, top, wide, high } = this, foot = top + high;
    for (const [share, words] of xTicks) {
      this.line([[left + share * wide, foot], [left + share * wide, foot + 4]], { alpha: 0.6 });
      this.text(words, left + share * wide, foot + 16);
    }
    for (const [share, words] of yTicks) {
      this.line([[left, foot - share * high], [left + wide, foot - share * high]], { alpha: 0.13 });
      this.text(words, left - 5, foot - share * high + 4, "right");
    }
    this.line([[left, foot], [left + wide, foot]], { alpha: 0.6 });
    this.text(xTitle, left + wide / 2, foot + 32);
    this.text(yTitle, 11, top + high / 2, "center", { turned: true });
  }
}

const PAINT = {
  paintHistogram() {
    const { sheet, header, axis, bins, threshold } = this, { colours } = header;
    if (!sheet.clear(EDGE)) return;
    this.paper = getComputedStyle(this.node).getPropertyValue("--st-background-color").trim() || "#ffffff";
    const { pen, left, top, wide, high } = sheet, foot = top + high, at = (value) => left + axis.share(value) * wide;
    const most = Math.max(...bins.parts.flat()) || 1, step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find((each) => most / each <= 5) ?? 1;
    const rows = Array.from({ length: Math.floor(most / step) + 1 }, (_, k) => [(k * step) / most, `${Math.round(100 * k * step)}`]);
    sheet.frame(axis.ticks(7).map((value) => [axis.share(value), shortNumber(value, 2)]), rows, header.axis, "share of its set (%)");
    const x = Math.max(left, Math.min(left + wide, at(threshold) || left));
    pen.globalAlpha = 0.07;
    pen.fillStyle = sheet.ink;
    pen.fillRect(x, top, left + wide - x, high);
    bins.parts.forEach((part, set) => {
      const outline = [[at(bins.edges[0]), foot], ...part.flatMap((share, k) => [bins.edges[k], bins.edges[k + 1]].map((edge) => [at(edge), foot - (share / most) * high])), [at(bins.edges.at(-1)), foot]];
      Object.assign(pen, { fillStyle: colours[set], globalAlpha: 0.4 });
      pen.beginPath();
      outline.forEach(([px, py], k) => (k ? pen.lineTo(px, py) : pen.moveTo(px, py)));
      pen.fill();
      sheet.line(outline, { colour: colours[set], width: 1.5 });
    });
    sheet.line([[x, top - 6], [x, foot]], { width: 2.5 });
    Object.assign(pen, { fillStyle: sheet.ink, globalAlpha: 1 });
    pen.beginPath(); pen.arc(x, top - 8, 6, 0, 2 * Math.PI); pen.fill();
    const said = shortNumber(threshold, threshold < 100 ? 2 : 1);
    if (x - left > 150) sheet.text("called normal  ◂", x - 12, top - 4, "right");
    if (left + wide - x > 150) sheet.text("▸  called anomalies", x + 12, top - 4, "left");
    sheet.text(`threshold ${said}`, Math.max(left + 45, Math.min(left + wide - 45, x)), top - 20, "center", { bold: true, alpha: 1 });
    for (const { title, score } of header.marked) this.flag(at(score), foot, title);
  },

  // The visitor's own picture
  flag(x, foot, title) {
    const { sheet } = this, { pen, top, left, wide } = sheet;
    sheet.line([[x, top + 18], [x, foot]], { width: 2, dash: [4, 3] });
    Object.assign(pen, { fillStyle: sheet.ink, globalAlpha: 1 });
    pen.beginPath(); pen.moveTo(x - 6, top + 12); pen.lineTo(x + 6, top + 12); pen.lineTo(x, top + 22); pen.fill();
    const right = x < left + wide / 2;
    sheet.text(title, x + (right ? 9 : -9), top + 20, right ? "left" : "right", { bold: true, alpha: 1, halo: this.paper });
  },

  paintRoc() {
    const { roc: sheet, header, points, threshold, scores } = this;
    if (!sheet.clear(ROC_EDGE)) return;
    const { pen, left, top, wide, high } = sheet, at = ({ falls, hits }) => [left + falls * wide, top + (1 - hits) * high];
    const ticks = [0, 0.5, 1].map((share) => [share, `${100 * share}`]);
    sheet.frame(ticks, ticks, "false positive rate (%)", "true positive rate (%)");
    sheet.line([[left, top + high], [left + wide, top]], { dash: [3, 4], alpha: 0.5 });
    sheet.line(points.map(at), { colour: header.colours[1], width: 2.5 });
    const [x, y] = at(countsAt(scores, threshold));
    Object.assign(pen, { fillStyle: sheet.ink, globalAlpha: 1 });
    pen.beginPath(); pen.arc(x, y, 6, 0, 2 * Math.PI); pen.fill();
    const low = points.some(({ falls, hits }) => falls > 0.3 && hits < 0.2);   // the curve runs where the words would stand
    sheet.text(`AUROC ${header.auroc}`, low ? left + 8 : left + wide - 6, low ? top + 16 : top + high - 10, low ? "left" : "right",
      { bold: true, alpha: 1, halo: this.paper });
  },

  savePicture() {
    const { sheet, roc, header } = this, { ratio } = sheet, head = Math.round(30 * ratio), whole = document.createElement("canvas"), pen = whole.getContext("2d");
    const [a, b] = [sheet.canvas, roc.canvas];
    Object.assign(whole, { width: a.width + b.width, height: Math.max(a.height, b.height) + head });
    pen.fillStyle = this.paper;
    pen.fillRect(0, 0, whole.width, whole.height);
    pen.drawImage(a, 0, head);
    pen.drawImage(b, a.width, head);
    pen.scale(ratio, ratio);
    pen.font = sheet.pen.font;
    let x = 12;
    header.titles.forEach((title, set) => {
      pen.fillStyle = header.colours[set];
      pen.fillRect(x, 9, 12, 12);
      pen.fillStyle = sheet.ink;
      pen.fillText(title, x + 18, 20);
      x += 36 + pen.measureText(title).width;
    });
    whole.toBlob((blob) => saveFile(blob, "anomaly scores.png"));
  },
};
