// The picture on screen, with the sum under it, as a file.
const LINE = 22; // CSS px of a line of the sum

function saveSvg(stage, view, lines) {
  saveFile(new Blob([stage.svg(view, lines)], { type: "image/svg+xml" }), "convolution.svg");
}

function savePng(stage, lines) {
  const ratio = Math.max(2, stage.ratio), canvas = document.createElement("canvas"), height = stage.height + LINE * lines.length + 6;
  canvas.width = stage.width * ratio;
  canvas.height = height * ratio;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const pen = new CanvasPen(context, stage.paint.font);
  pen.rect(0, 0, stage.width, height, { fill: Paint.text(stage.paint.background) });
  context.drawImage(stage.canvas, 0, 0, stage.width, stage.height);
  lines.forEach((line, k) => pen.text(6, stage.height + 12 + LINE * k, line, { size: 14, fill: stage.paint.inkText, align: "left" }));
  canvas.toBlob((blob) => saveFile(blob, "convolution.png"));
}
