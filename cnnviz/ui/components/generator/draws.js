// The view "draws": the same draws through an auto-encoder and through one of the family of VAEs, and why they differ.

const share = (value, decimals) => `${fixed(100 * value, decimals)} %`;
const range = (values, decimals) => {
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => fixed(value, decimals));
  return low === high ? low : `${low} to ${high}`;
};

class Draws {
  constructor(desk) {
    this.desk = desk;
    this.element = html(`<div class="draws"><div class="pair"></div><div class="plots"><figure class="family"></figure>
      <figure class="cloud"></figure></div><table class="why"></table></div>`);
    const part = (name) => this.element.querySelector(name);
    [this.pair, this.family, this.cloud, this.table] = [".pair", ".family", ".cloud", ".why"].map(part);
    this.slider = html(`<label class="slide c"><span>C, the weight of KL</span><input type="range" min="0" step="1"><output></output></label>`);
    this.input = this.slider.querySelector("input");
    this.input.oninput = () => desk.set({ c: this.cs[Number(this.input.value)] });
  }

  build({ networks, count, across, size, most }) {
    const { desk } = this;
    Object.assign(this, { networks, size, most });
    [this.plain, this.vaes] = [networks.find(({ c }) => c === null), networks.filter(({ c }) => c !== null)];
    this.cs = this.vaes.map(({ c }) => c);
    if (!this.cs.includes(desk.c)) desk.c = this.cs.includes(1) ? 1 : this.cs[0];
    this.input.max = this.cs.length - 1;
    this.shelves = new Map(networks.map(({ id }) => [id, desk.shelf(id, null)]));
    this.sheets = [0, 1].map(() => new Sheet(count / across, across));
    this.captions = this.sheets.map((sheet, n) => {
      const figure = html(`<figure><figcaption><b></b><button class="save" title="The sheet as a file">PNG</button></figcaption></figure>`);
      const bright = html(`<figcaption class="bright"></figcaption>`);
      figure.append(sheet.canvas, bright);
      figure.querySelector("button").onclick = () => desk.save(sheet, this.shown[n].title);
      return { figure, title: figure.querySelector("b"), bright };
    });
    this.pair.replaceChildren(...this.captions.map(({ figure }) => figure));
    this.plot = familyPlot(networks, (c) => desk.set({ c }));
    const caption = html(`<figcaption><span></span><button title="The drawing as a file">SVG</button>
      <button title="The family's numbers as a table">CSV</button></figcaption>`);
    this.says = caption.firstChild;
    const [drawing, table] = caption.querySelectorAll("button");
    drawing.onclick = () => savePlot(this.plot.root, `family of ${size} dimensions, C = ${desk.c}`);
    table.onclick = () => this.saveTable();
    this.family.replaceChildren(this.plot.root, caption);
  }

  get shown() { return [this.plain, this.vaes.find(({ c }) => c === this.desk.c)]; }
  get ahead() { return this.shelves.values(); }

  show() {
    const { desk: { c, temperature }, shown } = this;
    shown.forEach(({ id, title }, n) => {
      const shelf = this.shelves.get(id);
      this.sheets[n].fill(shelf.pictures.map((_, k) => ({ shelf, k })));
      this.captions[n].title.textContent = title;
      this.sheets[n].canvas.setAttribute("role", "img");
      this.sheets[n].canvas.setAttribute("aria-label", `${shelf.count} pictures that the ${title} decodes from the same draws`);
    });
    this.input.value = this.cs.indexOf(c);
    this.slider.querySelector("output").textContent = this.input.ariaValueText = String(c);
    this.plot.show(c);
    const [, vae] = shown;
    this.says.textContent = `C = ${c}: reconstruction ${fixed(vae.reconstruction, 1)} nats, KL ${fixed(vae.kl, 1)} nats, means over the test set, decoded from μ.`;
    const words = html(`<figcaption><i class="key ae"></i>AE <i class="key vae"></i>VAE, C = ${c}
      <i class="key band"></i>draws: 0 ± ${fixed(temperature, 2)} <button title="The drawing as a file">SVG</button></figcaption>`);
    const plot = cloudPlot(shown, temperature);
    words.querySelector("button").onclick = () => savePlot(plot, `encodings in ${this.size} dimensions, C = ${c}, T = ${fixed(temperature, 2)}`, words);
    this.cloud.replaceChildren(plot, words);
    this.tell(shown);
  }

  // Once all are decoded: a black sheet must not look like one that has not come.
  finish() {
    this.sheets.forEach(({ places }, n) => {
      const brightest = Math.max(...places.map(({ shelf, k }) => Math.max(...shelf.pictures[k])));
      this.captions[n].bright.textContent = `Brightest pixel of all: ${fixed(brightest, 3)} of 1`;
    });
  }

  tell(shown) {
    const row = (name, cells) => {
      const line = html(`<table><tr><th></th><td></td><td></td></tr></table>`).querySelector("tr");
      line.firstChild.textContent = name;
      cells.forEach((cell, k) => { line.children[k + 1].textContent = cell; });
      return line;
    };
    this.table.replaceChildren(
      row("Encodings of the test set against draws of temperature 1", ["AE", `VAE, C = ${this.desk.c}`]),
      row(`encodings where ${share(this.most.inside, 0)} of the draws fall, |z| ≤ ${fixed(shown[0].radius, 2)}`, shown.map(({ inside }) => share(inside, 1))),
      row(`draws as near to an encoding as ${share(this.most.near, 0)} of its own network's encodings are to another`, shown.map(({ near }) => share(near, 0))),
      row("mean of the encodings in a dimension (draws: 0)", shown.map(({ mean }) => range(mean, 1))),
      row("their spread in a dimension (draws: 1)", shown.map(({ spread }) => range(spread, 1))),
    );
  }

  saveTable() {
    const rows = this.networks.map(({ title, c, reconstruction, kl }) => [`"${title}"`, c ?? "", reconstruction, kl ?? ""].join());
    saveFile(new Blob([["network,C,reconstruction (nats),KL (nats)", ...rows].join("\n") + "\n"], { type: "text/csv" }), "family.csv");
  }
}
