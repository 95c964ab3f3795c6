// How large the maps of each layer are drawn: as large as the frame allows, all tiles of a strip alike.

const GAP = 2, UNIT_GAP = 1;                 // CSS pixels between two maps, and between two units
const LARGEST = 120, SMALLEST = 12;           // CSS pixels, a map's longer side
const LARGEST_UNIT = 30, SMALLEST_UNIT = 3;
const HIGHEST = 180, LOWEST = 22;            // CSS pixels, a strip
const ROOMY = 62;                            // of each strip where the network scrolls anyway
const WORTH_A_LINE = 1.12;                   // a further line only where the tiles grow by more than that
const LABEL = 30;                            // CSS pixels, a strip's two lines of text
const BETWEEN = 5;                           // CSS pixels between two strips

// n tiles in a strip `width` wide and about `high` high: {tile, gap, across, lines}.
function tiling(strip, width, high, largest) {
  const gap = strip.unit ? UNIT_GAP : GAP, most = strip.unit ? LARGEST_UNIT : largest, n = strip.n;
  let tile = 0;
  for (let lines = 1; lines <= n; lines++) {
    const down = (high + gap) / lines - gap, fits = Math.min(most, (width + gap) / Math.ceil(n / lines) - gap, down);
    if (fits > tile * WORTH_A_LINE) tile = fits;
    if (down <= tile) break;
  }
  return tiles(n, width, Math.max(tile, strip.unit ? SMALLEST_UNIT : SMALLEST), gap);
}

function tiles(n, width, tile, gap) {
  const ratio = window.devicePixelRatio || 1, side = Math.max(1, Math.floor(tile * ratio)) / ratio;
  const across = Math.max(1, Math.min(n, Math.floor((width + gap) / (side + gap))));
  return { tile: side, gap, across, lines: Math.ceil(n / across) };
}

const stripHeight = (t) => t.lines * (t.tile + t.gap) - t.gap;

// A tiling for each strip; high: of the frame.
function tilings(strips, width, high) {
  for (let each = Math.max(HIGHEST, high / strips.length); each >= LOWEST; each -= 2) {
    const found = strips.map((strip) => tiling(strip, width, each, LARGEST));
    if (found.reduce((sum, t) => sum + Math.max(stripHeight(t), LABEL) + BETWEEN, 0) <= high) return found;
  }
  return strips.map((strip) => tiling(strip, width, ROOMY, LARGEST));
}
