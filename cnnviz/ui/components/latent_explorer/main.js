// One mounted explorer: the latent z, the label, and all that follows them. Python hears of it when the hand rests.

const REST = 400;                  // ms without a move
const GLIDE = 450;                 // ms of a way to another place, so that one sees what lies between
const MARK = "#E69F00";

class Explorer {
  constructor(root) {
    this.root = root;
    this.picture = new Picture();
    this.dimensions = new Dimensions((d, value) => this.move(d, value), () => this.frames.wake());
    this.manifold = new Manifold((place) => this.jump(place));
    this.classes = new Classes((label) => this.relabel(label));
    this.tools = html(`<div class="tools"><button class="back">Back to the start</button><button class="zero">Zero</button>
      <button class="draw">Draw from N(0, 1)</button><label class="seed">seed <input type="number" min="0" max="999999" step="1" value="0"></label></div>`);
    const press = (name, act) => { this.tools.querySelector(`.${name}`).onclick = act; };
    this.seed = this.tools.querySelector("input");
    press("back", () => { this.glide(this.data.start); if (this.data.classes.length) this.relabel(this.data.label ?? 0); });
    press("zero", () => this.glide(this.data.start.map(() => 0)));
    press("draw", () => { this.seed.value = Number(this.seed.value) + 1; this.drawn(); });
    this.seed.onchange = () => this.drawn();
    this.wait = html(`<p class="wait" role="status">The decoder is on its way.</p>`);
    this.body = html(`<div class="explorer"><div class="stage"></div></div>`);
    this.body.firstChild.append(this.manifold.element, this.picture.element, this.tools, this.classes.element, this.dimensions.element);
    root.replaceChildren(this.wait, this.body);
    this.z = [];
    this.label = null;
    const ready = () => this.decoder && this.z.length;
    this.frames = new Frames(
      () => ready() && this.changed && this.show(),
      [this.classes, this.dimensions, this.manifold].map((part) => () => ready() && part.work(this)),
      () => { this.root.dataset.settled = ready() && !this.way ? String(++this.rounds) : ""; },
    );
    this.rounds = 0;
    this.arrived = ({ detail }) => detail === this.data?.decoder_id && this.take();
    window.addEventListener("cnnviz-decoders", this.arrived);
  }

  close() {
    window.removeEventListener("cnnviz-decoders", this.arrived);
    this.frames.stop();
    clearTimeout(this.timer);
  }

  // What Python says; the same again changes nothing.
  load(data) {
    const before = this.data, text = JSON.stringify(data);
    if (text === this.text) return;
    [this.text, this.data] = [text, data];
    const shape = ({ used, reach, point_classes, point_colours, classes }) => JSON.stringify([used, reach, point_classes, point_colours, classes]);
    const resized = data.start.length !== this.z.length, rebuilt = !before || shape(before) !== shape(data), told = this.label;
    if (rebuilt) {
      this.dimensions.build(data);
      this.manifold.build(data);
      this.classes.build(data.classes);
      this.body.classList.toggle("flat", data.start.length === 2);
    } else this.dimensions.mark(data.start, data.sigma);
    if (resized || data.start_id !== before?.start_id || this.label === null || !data.classes.length) this.label = data.classes.length ? data.label ?? 0 : null;
    if (resized) [this.z, this.way] = [[...data.start], null];
    else if (data.start_id !== before.start_id) this.glide(data.start, false);
    if (rebuilt || data.decoder_id !== before.decoder_id) this.decoder = null;
    else if (told !== this.label) this.manifold.outdate();       // by Python, with a new start
    this.take();
  }

  // The decoder has come, or was here before.
  take() {
    const found = kept("Decoders", this.data.decoder_id);
    this.wait.hidden = Boolean(found);
    this.body.classList.toggle("waiting", !found);
    if (!found || found.decoder === this.decoder) return;
    this.decoder = found.decoder;
    if (this.z.length === 2) this.manifold.scatter(found.points, found.labels);
    this.outdate();
    this.manifold.outdate();
  }

  // ---- moves

  move(d, value) {
    this.way = null;
    this.z[d] = value;
    this.outdate(d);
    this.rest();
  }
  jump(place) {
    this.way = null;
    this.z = [...place];
    this.outdate();
    this.rest();
  }
  relabel(label) {
    if (label === this.label) return;
    this.label = label;
    this.outdate();
    this.manifold.outdate();
    this.rest();
  }
  drawn() {
    const seed = Math.min(999999, Math.max(0, Math.round(Number(this.seed.value)) || 0));
    this.seed.value = seed;
    this.glide(normals(seed, this.z.length));
  }

  // To another place, through all that lie between. byHand: Python does not know of it yet.
  glide(to, byHand = true) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.way = { from: [...this.z], to: [...to], began: performance.now(), lasts: still ? 0 : GLIDE };
    this.outdate();
    if (byHand) this.rest();
    else clearTimeout(this.timer);       // what the hand did before is overtaken
  }
  step() {
    const { from, to, began, lasts } = this.way, share = lasts ? Math.min(1, (performance.now() - began) / lasts) : 1;
    const eased = share * share * (3 - 2 * share);
    this.z = share === 1 ? [...to] : from.map((value, d) => value + eased * (to[d] - value));
    if (share === 1) this.way = null;
    this.outdate();
  }

  rest() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { decoder_id, start_id } = this.data;
      this.send("rest", { decoder_id, start_id, latent: [...(this.way?.to ?? this.z)], label: this.label });
    }, REST);
  }

  // ---- drawing

  outdate(moved) {
    this.root.dataset.settled = "";
    this.changed = true;
    this.dimensions.outdate(moved);
    this.classes.outdate();
    this.frames.wake();
  }

  show() {
    this.changed = false;
    if (this.way) this.step();       // which changes it again
    this.picture.show(this);
    this.dimensions.show(this);
    this.manifold.show(this);
    this.classes.show(this);
  }
}

export default oneView(Explorer, (explorer, { data, setStateValue }) => {
  explorer.send = setStateValue;
  explorer.load(unpack(data));
});
