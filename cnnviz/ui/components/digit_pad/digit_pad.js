const PAD = 280;              // pixels of the drawing, whatever its size on the screen
const STEP = 336;             // pixels of a drawn step: 12 for each of 28
const PATIENCE = 1000;        // ms to wait for an answer before the next drawing is sent anyway
const ASKED = 60;             // ms after sending in which Streamlit says that a run is under way, if one is
const THROTTLE = 120;         // ms between two drawings where Streamlit does not say whether a run is under way
const REMEMBERED = 200;       // steps of undo
const DOT = PAD / 10;         // pixels: smaller ink is rather a dot than a digit
const FULL = 0.6;             // share of ink beyond which no digit can be seen
const MARK = "#E69F00";

class DigitPad {
  constructor(root) {
    this.root = root;
    root.innerHTML = `<div class="pad">
      <div class="board"><canvas class="ink" width="${PAD}" height="${PAD}" role="img"></canvas><div class="frame"></div></div>
      <div class="hand">
        <div class="tools"><button class="undo">Undo</button><button class="clear">Clear</button>
          <label class="brush">Brush <input type="range" min="8" max="48" step="2" value="24"></label></div>
        <div class="ready" role="group" aria-label="A ready digit">Ready: ${Object.keys(READY).map((digit) => `<button value="${digit}" aria-label="Ready digit ${digit}">${digit}</button>`).join("")}</div>
      </div>
      <div class="remark" role="status"></div>
      <div class="prepared">
        <label class="switch"><input type="checkbox" checked> Centre it as MNIST does</label>
        <div class="steps">${["crop", "scale", "place"].map((name) => `<figure class="${name}"><canvas width="${STEP}" height="${STEP}" role="img"></canvas><figcaption></figcaption></figure>`).join("")}</div>
      </div>
      </div>`;
    this.ink = root.querySelector(".ink");
    this.pen = this.ink.getContext("2d", { willReadFrequently: true });
    this.box = root.querySelector(".frame");
    this.remark = root.querySelector(".remark");
    this.brush = root.querySelector(".brush input");
    this.centre = root.querySelector(".switch input");
    this.figures = [...root.querySelectorAll("figure")];
    this.strokes = [];
    this.history = [];
    this.stroke = null;
    this.sent = "";
    this.listen();
  }

  listen() {
    const ink = this.ink;
    ink.onpointerdown = (event) => {
      if (!event.isPrimary || event.button > 0) return;
      event.preventDefault();
      ink.setPointerCapture(event.pointerId);
      this.stroke = { width: Number(this.brush.value), points: [this.at(event)] };
      this.change([...this.strokes, this.stroke]);
    };
    ink.onpointermove = (event) => {
      if (!this.stroke || !event.isPrimary) return;
      const events = event.getCoalescedEvents?.() ?? [];
      for (const each of events.length ? events : [event]) this.stroke.points.push(this.at(each));
      this.show();
    };
    ink.onpointerup = ink.onpointercancel = ink.onlostpointercapture = () => {
      if (!this.stroke) return;
      this.stroke = null;
      this.offer(true);   // what is finished is not kept waiting: it takes the place of the run under way
    };
    this.root.querySelector(".undo").onclick = () => this.undo();
    this.root.querySelector(".clear").onclick = () => { if (this.strokes.length) this.change([]); };
    this.root.querySelector(".ready").onclick = (event) => {
      if (event.target.value) this.change(readyStrokes(event.target.value, Number(this.brush.value)));
    };
    this.root.onkeydown = (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "z") { event.preventDefault(); this.undo(); }
    };
    this.centre.onchange = () => { this.keep(); this.show(); };
    // The next drawing waits for the answer to the last: a run that is interrupted by every stroke would never answer.
    this.app = document.querySelector("[data-test-script-state]");
    this.runs = new MutationObserver(() => this.land());
    if (this.app) this.runs.observe(this.app, { attributeFilter: ["data-test-script-state"] });
  }
  close() { this.runs.disconnect(); clearTimeout(this.timer); clearTimeout(this.landing); }

  at(event) {
    const { left, top, width, height } = this.ink.getBoundingClientRect();
    return [((event.clientX - left) * PAD) / width, ((event.clientY - top) * PAD) / height];
  }

  load(data, send) {
    this.send = send;
    const drawings = (window.cnnvizDrawings ??= new Map());   // outlive the page: a visitor who comes back finds the drawing
    if (data.epoch !== this.epoch) {
      this.epoch = data.epoch;
      this.name = `${data.name} ${data.epoch}`;
      const kept = drawings.get(this.name);
      this.history = kept?.history ?? [];
      this.strokes = kept?.strokes ?? (data.start in READY ? readyStrokes(data.start, Number(this.brush.value)) : []);
      this.centre.checked = kept?.centred ?? true;
      this.sent = "";
      this.show();
    } else this.offer();
    this.root.dataset.drawn = (Number(this.root.dataset.drawn) || 0) + 1;
  }
  keep() { window.cnnvizDrawings.set(this.name, { strokes: this.strokes, history: this.history, centred: this.centre.checked }); }

  change(strokes) {
    this.history = [...this.history, this.strokes].slice(-REMEMBERED);
    this.strokes = strokes;
    this.keep();
    this.show();
  }
  undo() {
    if (!this.history.length) return;
    this.stroke = null;
    this.strokes = this.history.pop();
    this.keep();
    this.show();
  }

  // All from the strokes, every time: a line drawn twice over itself would have harder edges than one drawn once.
  show() {
    const pen = this.pen;
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, PAD, PAD);
    pen.strokeStyle = "#fff";
    pen.lineCap = pen.lineJoin = "round";
    for (const { width, points } of this.strokes) {
      pen.lineWidth = width;
      pen.beginPath();
      pen.moveTo(...points[0]);
      for (let k = 1; k < points.length - 1; k++) {   // curves through the middles: the corners of a fast stroke are rounded
        pen.quadraticCurveTo(...points[k], (points[k][0] + points[k + 1][0]) / 2, (points[k][1] + points[k + 1][1]) / 2);
      }
      const [x, y] = points[points.length - 1];
      pen.lineTo(x, y + 0.01);                        // a line of no length would not be drawn
      pen.stroke();
    }
    const rgba = pen.getImageData(0, 0, PAD, PAD).data;
    this.levels = new Uint8Array(PAD * PAD);
    let inked = 0;
    for (let k = 0; k < this.levels.length; k++) if ((this.levels[k] = rgba[4 * k])) inked++;
    this.steps = centredSteps(this.levels, PAD);
    this.pixels = this.centre.checked ? this.steps?.placed ?? new Uint8Array(SIDE * SIDE) : plain28(this.levels, PAD);
    this.say(inked / this.levels.length);
    this.explain();
    this.root.querySelector(".undo").disabled = !this.history.length;
    this.root.querySelector(".clear").disabled = !this.strokes.length;
    this.offer();
  }

  say(share) {
    const box = this.steps?.box;
    let text = "";
    if (!box) text = "Nothing is drawn: the network answers for a black picture. Draw a digit, or take a ready one.";
    else if (share > FULL) text = `${Math.round(share * 100)} % of the pad is ink, so no digit can be seen: undo, or clear it and take a thinner brush.`;
    else if (Math.max(box[2], box[3]) < DOT) text = `A dot of ${box[2]} × ${box[3]} pixels${this.centre.checked ? `, which centring enlarges to ${this.steps.size.join(" × ")} of 28` : ""}: draw larger.`;
    this.remark.textContent = text;
    this.ink.setAttribute("aria-label", box ? "Drawing pad with a drawing" : "Drawing pad, empty. Draw a digit with mouse, pen or finger, or press a ready digit.");
  }

  explain() {
    const steps = this.steps, on = this.centre.checked, [crop, scale, place] = this.figures;
    this.root.querySelector(".steps").classList.toggle("off", !on);
    this.box.hidden = !steps || !on;
    if (steps) {
      const [top, left, height, width] = steps.box.map((pixels) => `${(pixels / PAD) * 100}%`);
      Object.assign(this.box.style, { top, left, height, width });
    }
    const blank = (figure) => {
      const pen = figure.firstChild.getContext("2d");
      pen.fillStyle = "#000";
      pen.fillRect(0, 0, STEP, STEP);
      return pen;
    };
    const caption = (figure, text) => { figure.lastChild.textContent = text; figure.firstChild.setAttribute("aria-label", text); };
    const unit = STEP / SIDE;
    let pen = blank(crop);
    if (steps && on) {
      const [top, left, height, width] = steps.box, k = (STEP * BOX) / SIDE / Math.max(height, width);
      pen.drawImage(this.ink, left, top, width, height, (STEP - width * k) / 2, (STEP - height * k) / 2, width * k, height * k);
      caption(crop, `Cropped to the ink: ${height} × ${width}`);
    } else caption(crop, on ? "Cropped to the ink" : "Not cropped");
    pen = blank(scale);
    if (steps && on) {
      const [rows, columns] = steps.size, [top, left] = [(STEP - rows * unit) / 2, (STEP - columns * unit) / 2];
      squares(pen, steps.scaled, steps.size, top, left, unit);
      pen.strokeStyle = MARK;
      pen.lineWidth = 2;
      pen.strokeRect(left, top, columns * unit, rows * unit);
      cross(pen, top + (steps.mass[0] + 0.5) * unit, left + (steps.mass[1] + 0.5) * unit);
      caption(scale, `Scaled to ${rows} × ${columns}, its centre of mass`);
    } else caption(scale, on ? "Scaled to 20" : "Not scaled to 20");
    pen = blank(place);
    squares(pen, this.pixels, [SIDE, SIDE], 0, 0, unit);
    if (on) cross(pen, (CENTRE + 0.5) * unit, (CENTRE + 0.5) * unit);
    caption(place, on ? "Centred in 28 × 28: the network's input" : "Only scaled to 28 × 28: the network's input");
  }

  busy() { return ["running", "rerunRequested"].includes(this.app?.dataset.testScriptState); }

  land() {
    if (this.busy()) return;
    this.flying = false;
    this.offer();
  }

  offer(now = false) {
    if (this.stroke?.points.length === 1) return;   // the pen has just come down: its dot would keep the stroke waiting
    const message = `${this.epoch}:${Number(this.centre.checked)}:${btoa(String.fromCharCode(...this.pixels))}`;
    if (message === this.sent) return;
    const since = performance.now() - (this.sentAt ?? -PATIENCE);
    const wait = now ? 0 : this.app ? (this.flying || this.busy() ? PATIENCE - since : 0) : THROTTLE - since;
    clearTimeout(this.timer);
    if (wait > 0) { this.timer = setTimeout(() => this.offer(), wait); return; }
    this.sent = message;
    this.sentAt = performance.now();
    this.flying = true;
    clearTimeout(this.landing);
    this.landing = setTimeout(() => this.land(), ASKED);   // a short run may be over before its state was ever shown
    this.send("drawing", message);
  }
}

function squares(pen, levels, [rows, columns], top, left, unit) {
  for (let row = 0, at = 0; row < rows; row++) {
    for (let col = 0; col < columns; col++, at++) {
      const level = levels[at];
      if (!level) continue;
      pen.fillStyle = `rgb(${level},${level},${level})`;
      pen.fillRect(left + col * unit, top + row * unit, unit, unit);
    }
  }
}

function cross(pen, y, x) {
  pen.strokeStyle = MARK;
  pen.lineWidth = 4;
  pen.beginPath();
  for (const [dx, dy] of [[26, 0], [0, 26]]) { pen.moveTo(x - dx, y - dy); pen.lineTo(x + dx, y + dy); }
  pen.stroke();
}

export default oneView(DigitPad, (pad, { data, setStateValue }) => pad.load(unpack(data), setStateValue));
