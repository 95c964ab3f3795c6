// Pointer, wheel and keys on the map.

const DOUBLE = 350, SHIFT = 60;   // ms between two clicks that are one double click; CSS pixels that Shift and an arrow move the map

const HAND = {
  listen() {
    const { stage } = this, fingers = new Map();
    const local = (event) => { const box = stage.getBoundingClientRect(); return [event.clientX - box.left - stage.clientLeft, event.clientY - box.top - stage.clientTop]; };
    stage.onpointerdown = (event) => {
      if (event.button > 0 || !this.projection) return;
      stage.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, local(event));
      if (fingers.size === 1) this.press = { from: local(event), last: local(event), moved: false, lasso: event.shiftKey || this.lassoing };
      if (this.press?.lasso) this.path = [local(event)];
    };
    stage.onpointermove = (event) => {
      if (!this.projection) return;
      const [x, y] = local(event);
      if (!fingers.size) return this.hover(dotAt(this.projection, this.hidden, x, y), x, y);
      if (!fingers.has(event.pointerId)) return;
      if (fingers.size === 2) return this.pinch(fingers, event.pointerId, [x, y]);
      const { press } = this;
      if (!press) return;                                   // given up with Escape
      press.moved ||= Math.hypot(x - press.from[0], y - press.from[1]) > CLICK;
      if (press.moved) this.hover(-1);
      if (press.lasso) { this.path.push([x, y]); this.paintOver(); }
      else if (press.moved) { this.projection.drag(x - press.last[0], y - press.last[1]); this.draw(); }
      press.last = [x, y];
      fingers.set(event.pointerId, [x, y]);
    };
    stage.onpointerup = stage.onpointercancel = (event) => {
      if (!fingers.delete(event.pointerId) || !this.press) return;
      const { press } = this;
      if (fingers.size) return;                             // the other finger of a pinch
      this.press = null;
      if (press.lasso && press.moved) this.close();
      else if (!press.moved && event.type === "pointerup" && !this.second(event)) this.click(...press.from);
    };
    stage.onpointerleave = () => { if (this.projection && !fingers.size) this.hover(-1); };
    stage.ondblclick = () => this.reset();
    stage.addEventListener("wheel", (event) => {
      if (!this.projection) return;
      event.preventDefault();
      this.projection.zoomBy(Math.exp(-event.deltaY / 400), ...local(event));
      this.draw();
    }, { passive: false });
    stage.onkeydown = (event) => this.key(event);
    stage.onblur = () => { if (this.projection) this.hover(-1); };
  },

  // The second half of a double click chooses nothing more
  second({ timeStamp, clientX, clientY }) {
    const { last } = this;
    this.last = { timeStamp, clientX, clientY };
    return last && timeStamp - last.timeStamp < DOUBLE && Math.hypot(clientX - last.clientX, clientY - last.clientY) < 2 * CLICK;
  },

  pinch(fingers, id, now) {
    const [other] = [...fingers].filter(([each]) => each !== id).map(([, place]) => place), before = fingers.get(id);
    const gap = (place) => Math.hypot(place[0] - other[0], place[1] - other[1]) || 1;
    this.projection.zoomBy(gap(now) / gap(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    fingers.set(id, now);
    this.press.moved = true;
    this.draw();
  },

  click(x, y) {
    const index = dotAt(this.projection, this.hidden, x, y), { atlas_id: atlas, decodes } = this.header;
    this.clearLasso();
    if (index >= 0) {
      Object.assign(this, { clicked: index, spot: null, sent: [this.sent?.[1], index] });
      this.send({ atlas_id: atlas, index, press: Date.now() });
    } else if (decodes) {
      this.spot = this.projection.under(x, y);
      this.send({ atlas_id: atlas, index: this.clicked ?? this.header.selected, place: this.spot, press: Date.now() });
    }
    this.strips();
    this.draw();
  },

  close() {
    this.lassoButton.setAttribute("aria-pressed", "false");
    this.inside = dotsInside(this.projection, this.hidden, this.path);
    this.path = null;
    if (this.inside.length) { this.bright = new Uint8Array(this.projection.count); for (const index of this.inside) this.bright[index] = 1; }
    else this.clearLasso();
    this.csv.hidden = !this.inside;
    this.strips();
    this.draw();
  },

  clearLasso() { this.inside = this.path = this.bright = null; this.csv.hidden = true; },

  // From the dot that is pointed at (or chosen) to the next one in the direction of the arrow
  key(event) {
    const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key], { projection } = this;
    if (!projection || event.ctrlKey || event.altKey || event.metaKey) return;
    const zoom = { "+": 1.25, "=": 1.25, "-": 0.8 }[event.key];
    if (step && event.shiftKey) { projection.drag(-SHIFT * step[0], -SHIFT * step[1]); this.hover(-1); this.draw(); }
    else if (step) {
      const from = this.hovered >= 0 ? this.hovered : this.chosen;
      const [x, y] = from >= 0 ? [projection.x[from], projection.y[from]] : [projection.width / 2, projection.height / 2];
      let best = -1, least = Infinity;
      for (let i = 0; i < projection.count; i++) {
        if (this.hidden[i] || i === from) continue;
        const dx = projection.x[i] - x, dy = projection.y[i] - y, along = dx * step[0] + dy * step[1], aside = Math.abs(dx * step[1] - dy * step[0]);
        if (along > 6 && projection.seen(i) && along + 3 * aside < least) { least = along + 3 * aside; best = i; }
      }
      if (best >= 0) { this.hover(best, projection.x[best], projection.y[best]); this.spoken.textContent = this.words(best).join(", "); }
    } else if (zoom) { projection.zoomBy(zoom, projection.width / 2, projection.height / 2); this.draw(); }
    else if (event.key === "0") this.reset();
    else if (event.key === "Escape") { this.press = null; this.clearLasso(); this.strips(); this.draw(); }
    else if (event.key === "Enter" && this.hovered >= 0) this.click(projection.x[this.hovered], projection.y[this.hovered]);
    else return;
    event.preventDefault();
  },
};
