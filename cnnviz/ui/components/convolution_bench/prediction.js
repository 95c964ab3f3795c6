// Values that stay hidden until they are revealed, and the learner's guess.
const NEAR = 0.005; // of a value, or of 1: so far a guess may be off, for it is read and typed rounded

class Prediction {
  constructor(guess) { this.guess = guess; this.on = false; this.revealed = new Set(); this.said = ""; }
  clear() { this.revealed.clear(); this.said = ""; }

  // Places before `place` have been seen already.
  toggle(place) {
    this.on = !this.on;
    this.clear();
    for (let p = 0; p < place; p++) this.revealed.add(p);
  }
  hides(place) { return this.on && !this.revealed.has(place); }
  // Whether the stamp of `place`, hidden, is one of those (history in scene.js) that a value is made of.
  hidesStamp(scene, place, keys) { return this.hides(place) && keys.some((key) => Math.floor(key / scene.taps) === place); }

  reveal(scene, out, place) {
    if (!this.on) return;
    this.revealed.add(place);
    const typed = this.guess.value.trim().replace("−", "-").replace(",", ".");
    this.guess.value = "";
    if (!typed || scene.stamp) return;
    const truth = scene.output.at(out, ...scene.place(place)), right = Math.abs(Number(typed) - truth) <= NEAR * Math.max(1, Math.abs(truth));
    this.said = right ? `<b>Right</b>, it is ${numeral(truth)}.` : `You said ${SvgPen.escaped(typed)}, it is <b>${numeral(truth)}</b>.`;
  }
}
