// The films of one walk in step: one clock, one frame number, and all that follows it. Python hears only of picked dots.

const SIDE = 28;
const RATE = 20;         // frames a second at speed 1
const REST = 500;        // ms at an end before the film turns back
const SPEEDS = [0.25, 0.5, 1, 2];

class WalkFilm {
  constructor(root) {
    this.root = root;
    Object.assign(this, { at: 0, way: 1, looked: null, playing: false, tracks: [], pause: 0 });
    this.bar = html(`<div class="bar"><figure class="end"><figcaption></figcaption></figure><div class="hand">
        <div class="tools"><button class="play"></button><label><span>Speed </span><select aria-label="Speed">${SPEEDS.map((speed) => `<option value="${speed}"${speed === 1 ? " selected" : ""}>${speed}×</option>`).join("")}</select></label>
          <span class="where"></span></div>
        <input class="scrub" type="range" min="0" step="1" aria-label="Frame"></div><figure class="end"><figcaption></figcaption></figure></div>`);
    this.body = html(`<div class="films"></div>`);
    this.foot = html(`<p class="foot"></p>`);
    this.film = html(`<div class="film" tabindex="0" aria-label="Films from A to B"></div>`);
    this.film.append(this.bar, this.body, this.foot);
    root.replaceChildren(this.film);
    for (const name of ["play", "where", "scrub"]) this[name] = this.bar.querySelector(`.${name}`);
    this.speed = this.bar.querySelector("select");
    this.play.onclick = () => this.run(!this.playing);
    this.scrub.oninput = () => this.choose(Number(this.scrub.value));
    this.film.onkeydown = (event) => this.key(event);
    this.observer = new ResizeObserver(() => { this.layout(); this.mark(); });
    this.observer.observe(this.film);
    this.arrived = () => { this.layout(); this.mark(); };
    window.addEventListener("cnnviz-arrays", this.arrived);
  }

  close() {
    cancelAnimationFrame(this.tick);
    this.observer.disconnect();
    window.removeEventListener("cnnviz-arrays", this.arrived);
  }

  load(message) {
    const header = unpack(message), first = !this.header;
    const [a, b, ...films] = header.blobs, picture = (bytes) => pixelCanvas({ bytes, width: SIDE, height: SIDE });
    this.header = header;
    if (first) this.at = Math.floor((header.frames - 1) / 2);    // half way: there the films differ
    this.at = Math.min(this.at, header.frames - 1);
    this.scrub.max = header.frames - 1;
    [a, b].forEach((bytes, k) => {
      const end = this.bar.querySelectorAll(".end")[k];
      end.replaceChildren(picture(bytes), end.lastElementChild);
      end.lastElementChild.textContent = `${"AB"[k]}: ${header.ends[k]}`;
    });
    while (this.tracks.length < header.tracks.length) this.tracks.push(this.build(this.tracks.length));
    header.tracks.forEach((track, k) => {
      const frames = Array.from({ length: header.frames }, (_, n) => picture(films[k].subarray(n * SIDE * SIDE, (n + 1) * SIDE * SIDE)));
      Object.assign(this.tracks[k], { track, frames });
      this.tracks[k].title.textContent = track.title;
    });
    const chip = (part, name) => `<span class="chip"><i style="background: ${PARTS[part]}"></i>${name}</span>`;
    this.foot.innerHTML = `Click a dot: it becomes ${header.active}. Space plays, ← → step. Curves: what a frame costs its own network when encoded again,
      ${chip("reconstruction", "BCE")} + ${chip("kl", "KL")}`;
    this.layout();
    this.mark();
    this.root.dataset.walk = header.walk_id;
  }

  build(number) {
    const element = html(`<section class="side"><div class="now"><b class="title"></b><canvas class="frame" width="${SIDE}" height="${SIDE}" role="img"></canvas><div class="words"></div></div></section>`);
    const map = new WalkMap((index) => this.send("picked", { end: this.header.active, index }));
    const course = new Course((frame) => this.look(frame), (frame) => this.choose(frame));
    element.append(course.element, map.element);
    this.body.append(element);
    const [title, canvas, words] = element.firstElementChild.children;
    return { number, title, canvas, words, map, course };
  }

  layout() {
    if (!this.header || !this.film.clientWidth) return;
    const style = getComputedStyle(this.film), ink = style.color, paper = style.getPropertyValue("--st-background-color") || "#fff";
    const top = 1.12 * Math.max(...this.tracks.flatMap(({ track }) => track.reconstruction.map((value, k) => value + (track.kl?.[k] ?? 0))));
    for (const { track, frames, map, course } of this.tracks) {
      course.show(track, frames, top, ink);
      map.show(track, this.header, ink, paper);
    }
  }

  // ---- the frame that is shown

  get frame() { return this.looked ?? Math.round(this.at); }

  mark() {
    if (!this.header || !this.film.clientWidth) return;
    const { frame, header: { frames } } = this, share = frame / (frames - 1);
    for (const { track, frames: pictures, canvas, words, map, course } of this.tracks) {
      canvas.getContext("2d").drawImage(pictures[frame], 0, 0);
      const bce = track.reconstruction[frame], kl = track.kl?.[frame];
      words.textContent = (kl === undefined ? `BCE ${fixed(bce, 1)} nats` : `BCE ${fixed(bce, 1)} + KL ${fixed(kl, 1)}\n= ${fixed(bce + kl, 1)} nats`) + `\n${track.said[frame]}`;
      canvas.setAttribute("aria-label", `${track.title}, frame ${frame + 1}: ${words.textContent}`);
      course.mark(frame);
      map.mark(frame);
    }
    this.scrub.value = frame;
    this.where.textContent = `${frame + 1} / ${frames}, t = ${fixed(share, 2)}`;
    Object.assign(this.root.dataset, { frame, playing: this.playing });
    this.play.textContent = this.playing ? "❚❚ Pause" : "▶ Play";
  }

  look(frame) { if (frame !== this.looked) { this.looked = frame; this.mark(); } }

  choose(frame) {
    this.at = Math.max(0, Math.min(this.header.frames - 1, frame));
    this.looked = null;
    this.run(false);
  }

  // There and back, with a rest at each end
  run(playing) {
    cancelAnimationFrame(this.tick);
    Object.assign(this, { playing, last: null, looked: null });
    const last = this.header.frames - 1;
    if (playing && this.at >= last) Object.assign(this, { at: 0, way: 1 });
    const step = (now) => {
      const passed = Math.min(100, now - (this.last ?? now));       // a page that slept does not jump
      this.last = now;
      if ((this.pause -= passed) <= 0) {
        this.at += this.way * passed / 1000 * RATE * Number(this.speed.value);
        if (this.at >= last || this.at <= 0) Object.assign(this, { way: this.at <= 0 ? 1 : -1, pause: REST, at: this.at <= 0 ? 0 : last });
      }
      this.mark();
      this.tick = requestAnimationFrame(step);
    };
    if (playing) this.tick = requestAnimationFrame(step);
    this.mark();
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.composedPath()[0].tagName === "SELECT") return;
    const to = { ArrowLeft: Math.round(this.at) - 1, ArrowRight: Math.round(this.at) + 1, Home: 0, End: this.header.frames - 1 }[event.key];
    if (to !== undefined) this.choose(to);
    else if (event.key === " " && event.composedPath()[0].tagName !== "BUTTON") this.run(!this.playing);
    else return;
    event.preventDefault();
  }
}

export default oneView(WalkFilm, (film, { data, setTriggerValue }) => {
  film.send = setTriggerValue;
  film.load(data);
});
