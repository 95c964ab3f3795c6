// Where the animation stands: a place of the stepped grid and, tap by tap, a product in it; and how it goes on by itself.
const MOST_GLIDING = 4; // steps a second above which the window jumps
const GLIDE = 160; // ms that the window takes from one place to the next
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

class Walk {
  // scene() and out(): what is walked through; changed() is called after every move, played(on) where playing starts and ends.
  constructor(scene, out, changed, played) {
    Object.assign(this, { scene, out, changed, played });
    this.place = 0; this.tap = 0; this.slow = false; this.rate = USUAL_RATE; this.playing = false;
  }
  close() { cancelAnimationFrame(this.player); this.playing = false; }

  // Another scene: stay where that is possible; at the end, stay at the end.
  settle(ended) {
    const { places } = this.scene();
    this.place = ended ? places - 1 : Math.min(this.place, places - 1);
    this.tap = Math.min(this.tap, this.count() - 1);
  }
  ended() { const { places } = this.scene(); return places > 1 && this.place >= places - 1; }

  count() { const scene = this.scene(); return scene.stamp ? scene.taps : scene.terms(this.out(), scene.place(this.place)).length; }
  done() { return !this.slow || this.tap >= this.count() - 1; }
  // The number of the last product that counts, over all places.
  step() { const { taps } = this.scene(); return this.place * taps + (this.slow ? this.tap : taps - 1); }
  term() { const scene = this.scene(); return scene.stamp ? { tap: this.tap } : scene.terms(this.out(), scene.place(this.place))[this.tap]; }
  partial(out) {
    const scene = this.scene(), terms = scene.terms(out, scene.place(this.place)).slice(0, this.tap + 1);
    return scene.operation === "max" ? Math.max(...terms.map((t) => t.value)) : terms.reduce((sum, t) => sum + t.value * t.weight, 0);
  }

  go(place, tap = 0) {
    const scene = this.scene(), to = Math.max(0, Math.min(scene.places - 1, place)), [row, col] = scene.place(this.place);
    const glides = !calm.matches && this.rate <= MOST_GLIDING && Math.abs(to - this.place) === 1 && scene.place(to)[0] === row;
    this.gliding = glides ? { from: col, since: performance.now() } : null;
    this.place = to;
    this.tap = tap;
    this.changed();
  }
  last() { this.go(this.scene().places - 1); this.finish(); }
  next() {
    if (this.slow && this.tap < this.count() - 1) { this.tap++; this.changed(); return true; }
    if (this.place >= this.scene().places - 1) return false;
    this.go(this.place + 1);
    return true;
  }
  back() {
    if (this.slow && this.tap > 0) { this.tap--; this.changed(); return; }
    if (this.place > 0) { this.go(this.place - 1); this.finish(); }
  }
  // All products of this place count.
  finish() { if (this.slow) { this.tap = this.count() - 1; this.changed(); } }
  setSlow(slow) { this.slow = slow; this.tap = 0; }

  // Where the window is drawn on its way to (row, col).
  glide(row, col) {
    if (!this.gliding) return [row, col];
    const { from, since } = this.gliding, share = Math.min(1, (performance.now() - since) / GLIDE), eased = 1 - (1 - share) ** 3;
    if (share >= 1) this.gliding = null; else this.changed();
    return [row, from + (col - from) * eased];
  }

  play(on) {
    if (on === this.playing) return;
    this.playing = on;
    this.played(on);
    if (!on) { cancelAnimationFrame(this.player); return; }
    if (this.place >= this.scene().places - 1 && this.done()) this.go(0);
    let last = performance.now();
    const tick = (now) => {
      if (!this.playing) return;
      if (now - last >= 1000 / this.rate) {
        last = Math.max(last + 1000 / this.rate, now - 1000 / this.rate);
        if (!this.next()) { this.play(false); return; }
      }
      this.player = requestAnimationFrame(tick);
    };
    this.player = requestAnimationFrame(tick);
  }
}
