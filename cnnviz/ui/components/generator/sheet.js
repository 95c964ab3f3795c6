// A sheet of pictures, row by row, on a canvas of their own size; each place shows one picture of a shelf.

const GAP = 1;   // pixels between two pictures

class Sheet {
  constructor(rows, columns) {
    Object.assign(this, { rows, columns, places: [], at: 0, image: new ImageData(SIDE, SIDE) });
    const along = (count) => count * (SIDE + GAP) - GAP;
    this.canvas = Object.assign(document.createElement("canvas"), { width: along(columns), height: along(rows) });
    this.pen = this.canvas.getContext("2d");
  }

  // places: [{shelf, k}], row by row
  fill(places) { this.places = places; }

  get ready() { return this.places.every(({ shelf }) => shelf.ready); }
  get current() { return this.places.every(({ shelf, k }) => !shelf.stale[k]); }

  // The next place whose picture must be decoded again, taken in turn, so that none waits for ever; null if there is none.
  next() {
    for (let tried = 0, n = this.places.length; tried < n; tried++) {
      const place = this.places[(this.at + tried) % n];
      if (!place.shelf.stale[place.k] || !place.shelf.ready) continue;
      this.at = (this.at + tried + 1) % n;
      return place;
    }
    return null;
  }

  paint(one, number) {
    this.places.forEach(({ shelf, k }, p) => {
      if (shelf !== one || k !== number) return;
      putPicture(this.pen, this.image, shelf.pictures[k], (p % this.columns) * (SIDE + GAP), Math.floor(p / this.columns) * (SIDE + GAP));
    });
  }

  // All that are up to date; a stale one keeps what it showed until it is decoded.
  repaint() { for (const { shelf, k } of this.places) if (!shelf.stale[k]) this.paint(shelf, k); }

  // A file with one line over the pictures that says what they are.
  save(words, name) {
    const times = 4, head = 40, { width, height } = this.canvas;
    const whole = Object.assign(document.createElement("canvas"), { width: width * times, height: height * times + head });
    const pen = whole.getContext("2d");
    Object.assign(pen, { fillStyle: "#fff", imageSmoothingEnabled: false, textBaseline: "middle", font: "18px sans-serif" });
    pen.fillRect(0, 0, whole.width, whole.height);
    pen.fillStyle = "#000";
    pen.fillText(words, 8, head / 2, whole.width - 16);
    pen.drawImage(this.canvas, 0, head, width * times, height * times);
    whole.toBlob((blob) => saveFile(blob, `${name}.png`));
  }
}
