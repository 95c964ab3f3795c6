// The row of pictures: equal heights, as large as the width and the height that Python gives allow.

const GAP = 16, SIGN = 24;      // CSS pixels between pictures, and of a sign between them
const WORDS = 74;               // CSS pixels above and below a picture: title, scale, caption
const KERNEL = [320, 0.32];     // the kernel's cells are at most so many CSS pixels wide, and this share of the width
const NARROW = 560;             // CSS pixels: below it the kernel stands in a line of its own

// How many pictures a line holds, and their height: of one to three lines the fewest that are not much smaller.
// aspects: width / height of each; beside: CSS pixels that the kernel takes from the first line.
function bestRows(aspects, { width, room, beside, between, chain }) {
  let best = { height: 0 };
  for (let rows = 1; rows <= Math.min(3, aspects.length); rows++) {
    const per = Math.ceil(aspects.length / rows);
    const heights = Array.from({ length: rows }, (_, row) => {
      const line = aspects.slice(row * per, (row + 1) * per), taken = row ? 0 : beside;
      const gaps = line.length - 1 - (taken ? 1 : 0) + (chain && row < rows - 1 ? 1 : 0);
      return (width - 2 - taken - gaps * between) / line.reduce((sum, aspect) => sum + aspect, 0);
    });
    const height = Math.floor(Math.min(...heights, (room - (rows - 1) * WORDS) / rows));
    if (height > best.height * 1.15) best = { height: Math.max(height, 48), per };
  }
  return best;
}

class Row {
  constructor() {
    this.element = html(`<div class="pictures"></div>`);
    this.figures = [];
  }

  // figures: those to show; panels: all of the model's; grid: the KernelGrid, or null; comparing: the kernel comes last
  layout(figures, panels, grid, { width, room, comparing }) {
    const chain = !grid && panels.every(({ sources }, k) => sources.join() === (k ? `${k - 1}` : ""));
    const kernel = grid ? grid.room(Math.min(KERNEL[0], width * KERNEL[1]), Math.max(room, 160)) : 0;
    const best = bestRows(figures.map(({ rows, columns }) => columns / rows), {
      width, room, chain, beside: grid && width >= NARROW ? kernel + 2 * SIGN + 4 * GAP : 0, between: chain ? SIGN + GAP : GAP,
    });
    for (const figure of figures) figure.place(Math.max(Math.round((best.height * figure.columns) / figure.rows), 24), best.height);
    this.element.style.setProperty("--height", `${best.height}px`);
    const flip = panels.find(({ operation }) => operation?.kind === "filter")?.operation.flip;
    const structure = [best.per, chain, Boolean(grid), flip, comparing].join();
    const same = figures.length === this.figures.length && figures.every((figure, k) => figure === this.figures[k]);
    if (same && structure === this.structure) return;       // moving an element would take the focus from it
    Object.assign(this, { structure, figures: [...figures] });
    this.element.replaceChildren(...figures.flatMap((figure, k) => [
      ...(chain && k ? [sign("→", "close")] : []),
      ...(k && k % best.per === 0 ? [html(`<span class="break"></span>`)] : []),
      figure.element,
      ...(!grid || k ? [] : comparing ? [grid.element]
        : [flip ? sign("∗", "convolution") : sign("⋆", "correlation"), grid.element, sign("=")]),
    ]));
  }
}

const sign = (text, name = "") => html(`<span class="between ${name}" aria-hidden="true">${text}</span>`);
