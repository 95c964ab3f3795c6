const REACH = 1;              // the temperature goes from 10^-1 to 10^1
const MARKED = 0.06;          // of the way: near T = 1 the slider snaps to it
const LONG = 14;              // letters of a name that is written smaller in the head

// softmax(logits / T) in double precision, the largest subtracted first so that nothing overflows.
function softmax(logits, temperature) {
  const top = Math.max(...logits), powers = Array.from(logits, (logit) => Math.exp((logit - top) / temperature));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

// Never "100.0 %" or "0.0 %" of a probability that is neither.
function percent(p) {
  if (p < 1 && p >= 0.9995) return "> 99.9 %";
  if (p > 0 && p < 0.0005) return "< 0.1 %";
  return `${(p * 100).toFixed(1)} %`;
}

class PredictionBars {
  constructor(root) {
    this.root = root;
    root.innerHTML = `<div class="answer">
      <div class="head"><span class="best"></span> <span class="sure"></span> <span class="truth"></span></div>
      <table><thead><tr><th>class</th><th class="number">probability</th><th class="number">logit</th></tr></thead><tbody></tbody></table>
      <label class="heat"><span>Temperature <b></b></span><input type="range" min="${-REACH}" max="${REACH}" step="0.02" value="0"></label>
      <div class="says"></div><button class="save">CSV</button></div>`;
    for (const name of ["best", "sure", "truth", "says"]) this[name] = root.querySelector(`.${name}`);
    this.body = root.querySelector("tbody");
    this.heat = root.querySelector("input");
    this.heat.oninput = () => this.warm();
    root.querySelector(".save").onclick = () => this.save();
    this.heat.ondblclick = () => { this.heat.value = 0; this.warm(); };
  }

  load(message) {
    const header = (this.header = unpack(message)), bytes = header.blobs[0].slice();
    this.logits = new Float32Array(bytes.buffer);
    if (this.body.rows.length !== header.shown.length) {
      this.body.innerHTML = header.shown.map(() => '<tr><th scope="row"><div class="bar"></div><span></span></th><td class="number p"></td><td class="number"></td></tr>').join("");
    }
    this.winner = this.logits.indexOf(Math.max(...this.logits));
    header.shown.forEach((label, k) => {
      const row = this.body.rows[k], [name, , logit] = row.cells;
      name.lastChild.textContent = name.title = header.names[k];
      logit.textContent = fixed(this.logits[label], 2);
      row.classList.toggle("first", label === this.winner);
      row.classList.toggle("true", label === header.truth);
    });
    const known = header.truth !== null, right = header.truth === this.winner;
    this.best.textContent = header.names[header.shown.indexOf(this.winner)];
    this.best.classList.toggle("long", this.best.textContent.length > LONG);
    this.truth.textContent = !known ? "" : right ? "✓ right" : `✗ it is ${header.truthName}`;
    this.truth.className = `truth ${known ? (right ? "right" : "wrong") : ""}`;
    this.warm();
    this.root.dataset.drawn = (Number(this.root.dataset.drawn) || 0) + 1;
  }

  get temperature() { return 10 ** (Math.abs(this.heat.value) < MARKED ? 0 : Number(this.heat.value)); }

  // The table as a file, with all digits.
  save() {
    const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
    const rows = this.header.shown.map((label, k) =>
      [label, quoted(this.header.names[k]), this.logits[label], this.probabilities[label], this.temperature].join(","));
    saveFile(new Blob([["number,class,logit,probability,temperature", ...rows, ""].join("\n")], { type: "text/csv" }), "prediction.csv");
  }

  warm() {
    const temperature = this.temperature;
    const probabilities = (this.probabilities = softmax(this.logits, temperature));
    this.header.shown.forEach((label, k) => {
      const [name, p] = this.body.rows[k].cells;
      name.firstChild.style.width = `${probabilities[label] * 100}%`;
      p.textContent = percent(probabilities[label]);
    });
    this.sure.textContent = percent(probabilities[this.winner]);
    const said = temperature.toPrecision(2);
    this.root.querySelector(".heat b").textContent = said;
    this.heat.setAttribute("aria-valuetext", said);
    const rest = probabilities.length - this.header.shown.length;
    const others = rest ? ` The other ${rest} classes share ${percent(1 - this.header.shown.reduce((sum, label) => sum + probabilities[label], 0))}.` : "";
    this.says.textContent = (temperature === 1 ? "softmax(logits), as trained." : `softmax(logits / ${said}): ${temperature > 1 ? "warmer, less sure" : "colder, more sure"}; the order stays.`) + others;
  }
}

export default oneView(PredictionBars, (bars, { data }) => bars.load(data));
