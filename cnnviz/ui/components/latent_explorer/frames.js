// What is worked off between two frames of the screen: first what must be seen now, then as many further decodings as the
// budget allows. While a hand drags, nothing waits for the small pictures; they catch up when it rests.

const BUDGET = 8;   // ms of the 16.7 of a frame; the rest is the browser's

class Frames {
  // now(): draws what cannot wait. works: in their order, functions that decode one small picture, or return false if none is left
  constructor(now, works, done) {
    Object.assign(this, { now, works, done, most: 0 });
  }

  wake() { this.frame ??= requestAnimationFrame(() => this.run()); }
  stop() { cancelAnimationFrame(this.frame); this.frame = null; }

  run() {
    this.frame = null;
    const began = performance.now();
    this.now();
    let last = performance.now(), cost = 0, left = true;
    do {                                                    // one at least: a slow machine draws them too
      left = this.works.some((work) => work());
      const at = performance.now();
      [cost, last] = [Math.max(cost, at - last), at];
    } while (left && last - began + cost < BUDGET);         // a decoding that would not fit any more waits
    this.most = Math.max(this.most, last - began);          // for tests
    if (left) this.wake();
    else this.done();
  }
}

// The places of n pictures that are to be decoded again, worked off in turn, so that none waits for ever while all go stale.
class Turns {
  constructor(n) { this.stale = new Uint8Array(n); this.at = 0; }
  all(except = () => false) { for (let k = 0; k < this.stale.length; k++) if (!except(k)) this.stale[k] = 1; }
  // The next stale place that may be drawn, no longer stale; -1 if there is none.
  next(may = () => true) {
    for (let tried = 0, n = this.stale.length; tried < n; tried++) {
      const k = (this.at + tried) % n;
      if (!this.stale[k] || !may(k)) continue;
      this.stale[k] = 0;
      this.at = (k + 1) % n;
      return k;
    }
    return -1;
  }
}
