// From a pixel's red, green and blue to what is written and painted for it.

// Black or white on a colour, by its relative luminance (WCAG 2). Both contrast equally at 0.179; at 0.22 all reds still
// get white, which reads better, and no contrast is below 3.9.
const LINEAR = Float32Array.from({ length: 256 }, (_, level) => {
  const part = level / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
});
const inkOn = (r, g, b) => (0.2126 * LINEAR[r] + 0.7152 * LINEAR[g] + 0.0722 * LINEAR[b] > 0.22 ? "#000" : "#fff");

// As to_grey in cnnviz/images/pixels.py, in whole numbers.
const greyOf = (r, g, b) => Math.floor((299 * r + 587 * g + 114 * b + 500) / 1000);

// As to_cmyk in cnnviz/images/pixels.py: parts of 1.
function cmykOf(r, g, b) {
  const light = Math.max(r, g, b);
  return light === 0 ? [0, 0, 0, 1] : [(light - r) / light, (light - g) / light, (light - b) / light, 1 - light / 255];
}

// The parts of the light that a channel keeps; grey is made of all of them.
const CHANNELS = {
  grey: { label: "Grey" },
  red: { label: "Red", mask: [1, 0, 0] },
  green: { label: "Green", mask: [0, 1, 0] },
  blue: { label: "Blue", mask: [0, 0, 1] },
  rgb: { label: "All three", mask: [1, 1, 1] },
};

// The colour of a pixel as its channel is painted.
function paintOf(channel, rgb) {
  const { mask } = CHANNELS[channel];
  return mask ? rgb.map((level, i) => level * mask[i]) : Array(3).fill(greyOf(...rgb));
}

// The numbers of a pixel in a channel: one, or three.
function levelsOf(channel, rgb) {
  const { mask } = CHANNELS[channel];
  return mask ? rgb.filter((_, i) => mask[i]) : [greyOf(...rgb)];
}

// Paint a picture's channel into RGBA bytes; returns its least, greatest and mean level.
function paintChannel(channel, { bytes, channels }, rgba) {
  const { mask } = CHANNELS[channel], kept = mask ?? [1, 0, 0], depth = kept[0] + kept[1] + kept[2];
  let low = 255, high = 0, sum = 0;
  for (let at = 0, to = 0; to < rgba.length; at += channels, to += 4) {
    const r = bytes[at], g = channels === 1 ? r : bytes[at + 1], b = channels === 1 ? r : bytes[at + 2];
    if (mask) { rgba[to] = r * mask[0]; rgba[to + 1] = g * mask[1]; rgba[to + 2] = b * mask[2]; }
    else rgba[to] = rgba[to + 1] = rgba[to + 2] = greyOf(r, g, b);
    rgba[to + 3] = 255;
    for (let i = 0; i < 3; i++) if (kept[i]) {
      const level = rgba[to + i];
      sum += level;
      if (level < low) low = level;
      if (level > high) high = level;
    }
  }
  return [low, high, (sum * 4) / (rgba.length * depth)];
}
