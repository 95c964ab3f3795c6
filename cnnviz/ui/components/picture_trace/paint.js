// Pixels on canvases, and the frames that mark places on them.

const MARGIN = 10;      // CSS pixels round a picture in which a frame may show that its window reaches into the padding
const SMALLEST = 11;    // CSS pixels: a frame round one pixel of a large picture is drawn this large, to be seen at all

// bytes of one picture -> RGBA. Through a palette (256 x 3), as RGB, or as grey.
function rgba(bytes, count, palette) {
  const out = new Uint32Array(count);   // little-endian: alpha, blue, green, red
  if (bytes.length === 3 * count) {
    for (let i = 0, j = 0; i < count; i++, j += 3) out[i] = 0xff000000 | (bytes[j + 2] << 16) | (bytes[j + 1] << 8) | bytes[j];
  } else {
    const colour = Uint32Array.from({ length: 256 }, (_, v) => palette
      ? 0xff000000 | (palette[3 * v + 2] << 16) | (palette[3 * v + 1] << 8) | palette[3 * v]
      : 0xff000000 | (v << 16) | (v << 8) | v);
    for (let i = 0; i < count; i++) out[i] = colour[bytes[i]];
  }
  return out;
}

function drawPixels(canvas, pixels, width, height) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), width, height), 0, 0);
}

// One picture of the row: its canvases, its words and the place they take.
class Figure {
  constructor() {
    this.element = html(`<figure class="panel">
      <div class="head"><span class="title"></span><output class="reading"></output></div>
      <div class="frame" tabindex="0" role="application">
        <canvas class="pixels"></canvas><canvas class="before" hidden></canvas><canvas class="marks"></canvas>
        <div class="divider" tabindex="0" role="slider" aria-label="Before and after: where the two pictures meet"
             aria-valuemin="0" aria-valuemax="100" hidden></div>
      </div>
      <div class="scale"><span class="low"></span><canvas class="bar" width="256" height="1"></canvas><span class="high"></span></div>
      <figcaption></figcaption>
    </figure>`);
    for (const name of ["head", "title", "reading", "frame", "pixels", "before", "marks", "divider", "scale", "low", "bar", "high"]) {
      this[name] = this.element.querySelector("." + name);
    }
    this.caption = this.element.querySelector("figcaption");
  }

  // panel: as the header describes it, with its bytes and palette in place of their numbers
  show(panel) {
    [this.channels, this.rows, this.columns] = panel.shape;
    const old = this.panel?.bytes;
    this.panel = panel;
    this.title.textContent = panel.title;
    this.caption.textContent = panel.caption;
    this.frame.setAttribute("aria-label", `${panel.title}, ${this.rows} by ${this.columns} pixels. ` +
      "Arrow keys move the place that is traced, with Shift by ten; Enter pins it.");
    this.scale.hidden = !panel.limits;
    if (panel.limits) {
      [this.low.textContent, this.high.textContent] = panel.limits.map((limit) => shortNumber(limit));
      drawPixels(this.bar, rgba(Uint8Array.from({ length: 256 }, (_, v) => v), 256, panel.palette), 256, 1);
    }
    const count = this.rows * this.columns;
    this.drawn = Boolean(panel.bytes) && panel.bytes.length >= count;
    if (this.drawn && panel.bytes === old) return;        // the carried input is the same array until another is sent
    if (this.drawn) drawPixels(this.pixels, rgba(panel.bytes, count, panel.palette), this.columns, this.rows);
    else this.pixels.width = this.pixels.height = 0;
  }

  place(width, height) {
    if (width === this.width && height === this.height && this.columns === this.placed) return;
    this.placed = this.columns;
    this.width = width;
    this.height = height;
    this.element.style.width = this.frame.style.width = `${width}px`;
    this.frame.style.height = `${height}px`;
    this.frame.classList.toggle("enlarged", width >= this.columns);
    const ratio = window.devicePixelRatio || 1;
    this.marks.width = Math.round((width + 2 * MARGIN) * ratio);
    this.marks.height = Math.round((height + 2 * MARGIN) * ratio);
    this.marks.getContext("2d").setTransform(ratio, 0, 0, ratio, MARGIN * ratio, MARGIN * ratio);
    this.marked = false;
  }

  // The pixel under a pointer event, or null in the margin.
  at(event) {
    const box = this.pixels.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width, y = (event.clientY - box.top) / box.height;
    return x < 0 || y < 0 || x >= 1 || y >= 1 ? null : [Math.floor(y * this.rows), Math.floor(x * this.columns)];
  }

  // The colour of one pixel as three bytes; of an RGB picture, one channel as grey.
  colour(channel, row, column) {
    const { bytes, palette } = this.panel, at = row * this.columns + column;
    if (!this.drawn) return null;
    if (bytes.length === 3 * this.rows * this.columns) {
      return this.channels === 1 ? bytes.subarray(3 * at, 3 * at + 3) : Array(3).fill(bytes[3 * at + channel]);
    }
    return palette ? palette.subarray(3 * bytes[at], 3 * bytes[at] + 3) : Array(3).fill(bytes[at]);
  }

  // Frames the rectangle region (null: nothing), with hairlines to the edges where the pointer is, and dots on the
  // places that a dilated kernel reads.
  mark(region, colours, { hairlines = false, strong = true, dots = null } = {}) {
    if (!region && !this.marked) return;
    const context = this.marks.getContext("2d"), { width, height } = this;
    context.clearRect(-MARGIN, -MARGIN, width + 2 * MARGIN, height + 2 * MARGIN);
    this.marked = Boolean(region);
    if (!region) return;
    const sx = width / this.columns, sy = height / this.rows;
    const w = Math.max((region.right - region.left + 1) * sx, SMALLEST), h = Math.max((region.bottom - region.top + 1) * sy, SMALLEST);
    const cx = ((region.left + region.right + 1) / 2) * sx, cy = ((region.top + region.bottom + 1) / 2) * sy;
    const [left, right] = [cx - w / 2, cx + w / 2].map((x) => clamp(x, -MARGIN + 2, width + MARGIN - 2));
    const [top, bottom] = [cy - h / 2, cy + h / 2].map((y) => clamp(y, -MARGIN + 2, height + MARGIN - 2));
    const stroke = (lineWidth, style, draw) => {
      context.lineWidth = lineWidth;
      context.strokeStyle = style;
      context.beginPath();
      draw();
      context.stroke();
    };
    if (hairlines) {
      const x = Math.floor(cx) + 0.5, y = Math.floor(cy) + 0.5;   // on whole pixels, to be sharp
      for (const [shift, style] of [[1, colours["faint-halo"]], [0, colours["faint-mark"]]]) {
        stroke(1, style, () => {
          for (const [x0, y0, x1, y1] of [[0, y, left, y], [right, y, width, y], [x, 0, x, top], [x, bottom, x, height]]) {
            context.moveTo(x0 + shift, y0 + shift);
            context.lineTo(x1 + shift, y1 + shift);
          }
        });
      }
    }
    if (dots) {
      const dot = Math.max(2, Math.min(sx, sy) * 0.3);
      for (const [size, style] of [[dot + 2, colours.halo], [dot, colours.mark]]) {
        context.fillStyle = style;
        for (const r of dots.rows) {
          for (const c of dots.columns) context.fillRect((c.at + 0.5) * sx - size / 2, (r.at + 0.5) * sy - size / 2, size, size);
        }
      }
    }
    stroke(strong ? 5 : 4, colours.halo, () => context.rect(left, top, right - left, bottom - top));
    stroke(strong ? 2.5 : 1.5, colours.mark, () => context.rect(left, top, right - left, bottom - top));
  }
}

// Colours as three bytes.
const css = ([red, green, blue]) => `rgb(${red} ${green} ${blue})`;
const isDark = ([red, green, blue]) => 0.299 * red + 0.587 * green + 0.114 * blue < 140;

// -1 to 1 on a palette whose middle is zero.
function signedColour(palette, share) {
  const at = 3 * Math.round(clamp(share, -1, 1) * 127.5 + 127.5);
  return palette.subarray(at, at + 3);
}
