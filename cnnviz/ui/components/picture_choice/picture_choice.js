// Each picture is a button; the one that was clicked last is ringed, whatever an older answer says.

class PictureChoice {
  constructor(root) {
    this.root = root;
    this.arrived = () => { if (this.coming) this.show(this.coming); };
    window.addEventListener("cnnviz-arrays", this.arrived);
  }

  show(header) {
    const once = kept("Arrays", header.pictures_id)?.pictures, { side, rows, blobs: [own] } = header, size = side * side;
    this.coming = header;
    if (!once) return;   // the carrier's message follows
    if (this.set !== header.set_id || !rows[this.chosen[0]]?.captions[this.chosen[1]]) this.chosen = header.chosen;
    this.set = header.set_id;
    const shown = header.pictures_id + JSON.stringify(rows) + own;
    if (shown === this.shown) { this.mark(); return; }   // new buttons would lose the focus
    this.shown = shown;
    const pictures = [];
    for (const bytes of [once, own]) for (let at = 0; at < bytes.length; at += size) pictures.push(bytes.subarray(at, at + size));
    this.root.replaceChildren(...rows.map(({ title, captions }, row) => {
      const line = html(`<div class="row"><div class="title"></div><div class="pictures"></div></div>`);
      line.firstChild.textContent = title;
      line.lastChild.append(...captions.map((caption, place) => {
        const button = html("<button><span></span></button>");
        button.prepend(pixelCanvas({ bytes: pictures.shift(), width: side, height: side }));
        button.lastChild.textContent = caption;
        button.setAttribute("aria-label", `${title}: ${caption}`);
        button.onclick = () => { this.chosen = [row, place]; this.mark(); this.send({ set_id: this.set, row, place }); };
        return button;
      }));
      return line;
    }));
    this.mark();
    this.root.dataset.shown = header.pictures_id;   // for tests
  }

  mark() {
    this.root.querySelectorAll(".row").forEach((line, row) => line.querySelectorAll("button").forEach((button, place) =>
      button.setAttribute("aria-pressed", String(row === this.chosen[0] && place === this.chosen[1]))));
  }

  close() { window.removeEventListener("cnnviz-arrays", this.arrived); }
}

export default oneView(PictureChoice, (view, { data, setStateValue }) => {
  view.send = (choice) => setStateValue("chosen", choice);
  view.show(unpack(data));
});
