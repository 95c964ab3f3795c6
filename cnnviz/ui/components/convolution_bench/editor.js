// A cell of the grids, typed over: checked here, so that what is no number stays in the editor with the reason beside it.
const MOST_VALUE = 1e6; // as in __init__.py
const AROUND = 6; // CSS px that the editor is wider than its cell

class CellEditor {
  // told(markup): where the reason stands. typed({part, index, value}) hears of a new number; left() when the editor is done.
  constructor(input, told, typed, left) {
    Object.assign(this, { input, told, typed, left });
    input.onkeydown = (event) => {
      event.stopPropagation();
      if (event.key === "Enter") this.commit();
      if (event.key === "Escape") this.close();
    };
    input.onblur = () => { if (this.open) this.commit(); };
  }
  get open() { return !this.input.hidden; }
  close() { this.input.classList.remove("bad"); this.input.hidden = true; this.left(); }

  // hit: a cell of the sheet, as Sheet.hit tells it.
  edit(hit, sheet, out) {
    const { scene } = sheet, box = hit && sheet.box(hit.part, hit.channel), index = box && this.index(hit, scene, out);
    if (!index) return;
    this.editing = { part: hit.part, index };
    Object.assign(this.input.style, {
      left: `${box.x + hit.col * box.cell - AROUND}px`, top: `${box.y + hit.row * box.cell - 2}px`,
      width: `${Math.max(64, box.cell + 2 * AROUND)}px`, height: `${Math.max(28, box.cell + 4)}px`,
    });
    this.input.value = numeral(sheet.value(box, hit.row, hit.col), 6).replace("−", "-");
    this.input.hidden = false;
    this.input.focus();
    this.input.select();
  }
  // The cell's place in the tensor as it was given; null for what cannot be typed: an output, a zero of the padding.
  index(hit, scene, out) {
    if (hit.part === "output") return null;
    if (hit.part === "kernel") {
      const tap = scene.given(hit.row * scene.kernel[1] + hit.col), swapped = scene.stamp || scene.flipped;
      return swapped ? [hit.channel, out % scene.outsPerGroup, ...scene.tap(tap)] : [out, hit.channel % scene.insPerGroup, ...scene.tap(tap)];
    }
    const origin = scene.origin(hit.row, hit.col);
    return origin && [hit.channel, ...origin];
  }

  commit() {
    const text = this.input.value.trim().replace("−", "-").replace(/^([+-]?\d*),(\d+)$/, "$1.$2"), parts = text.split("/");
    const value = parts.length === 2 ? Number(parts[0]) / Number(parts[1]) : Number(text);
    if (!text || !Number.isFinite(value) || Math.abs(value) > MOST_VALUE) {
      this.input.classList.add("bad");
      this.told(`<strong>“${SvgPen.escaped(this.input.value)}” is not a number from −1,000,000 to 1,000,000: write it like 3, −0.5 or 1/9</strong>`);
      return;
    }
    this.close();
    this.typed({ ...this.editing, value });
  }
}
