// What the lens is made of.

const choice = (name, legend, options) => `<fieldset class="choice" data-name="${name}"><legend>${legend}</legend>${
  Object.entries(options).map(([value, label]) =>
    `<label><input type="radio" name="${name}" value="${value}"><span>${label}</span></label>`).join("")}</fieldset>`;

const MARKUP = `<div class="lens">
  <div class="left">
    <div class="picture" tabindex="0" role="group">
      <canvas></canvas><div class="frame pinned"></div><div class="frame pointed"></div>
    </div>
    <div class="shape"></div>
    <div class="pixel">
      <div class="swatch"></div>
      <div class="place"></div><div class="values light">${"<span> </span>".repeat(4)}</div>
      <div class="values ink">${"<span> </span>".repeat(4)}</div>
      <div class="formula">In print: K = 1 − max(R, G, B), C = (1 − R − K) / (1 − K), M and Y likewise</div>
    </div>
  </div>
  <div class="right">
    <div class="choices">
      ${choice("channel", "Channel", Object.fromEntries(Object.entries(CHANNELS).map(([name, { label }]) => [name, label])))}
      ${choice("scale", "Scale", { "0-255": "0–255", "0-1": "0–1" })}
      ${choice("grid", "Grid", { "16x12": "16 × 12", "8x8": "8 × 8" })}
    </div>
    <div class="grid" role="img"></div>
  </div>
  <svg class="rays" aria-hidden="true"><line/><line/></svg>
  <div class="spoken" aria-live="polite"></div>
</div>`;
