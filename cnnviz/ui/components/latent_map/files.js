// What a visitor takes along: the map as a picture with its legend, the dots of a lasso as a table.

const HEAD = 30;   // CSS pixels over the map for what the colours mean

const SAVES = {
  savePicture() {
    const { dots: { canvas, ratio }, legend } = this, whole = document.createElement("canvas"), top = Math.round(HEAD * ratio);
    Object.assign(whole, { width: canvas.width, height: canvas.height + top });
    const pen = whole.getContext("2d");
    pen.fillStyle = this.paper;
    pen.fillRect(0, 0, whole.width, whole.height);
    for (const each of [canvas, this.over.canvas]) pen.drawImage(each, 0, top);
    pen.scale(ratio, ratio);
    pen.font = "13px sans-serif";
    legend.draw(pen, this.ink, canvas.width / ratio, HEAD);
    whole.toBlob((blob) => saveFile(blob, "latent map.png"));
  },

  saveTable() {
    const { axes, classes, dimensions, told } = this.header, { points, labels } = this.atlas;
    const text = (words) => `"${words.replaceAll('"', '""')}"`, short = (value) => Number(value.toPrecision(7));   // float32 has no more
    const rows = this.inside.map((index) => [index, text(classes[labels[index]]),
      ...[...points.subarray(index * dimensions, (index + 1) * dimensions)].map(short), ...this.values.map((values) => short(values[index]))].join());
    saveFile(new Blob([[["number", "class", ...[...axes, ...told].map(text)].join(), ...rows].join("\n") + "\n"], { type: "text/csv" }), "lasso.csv");
  },
};
