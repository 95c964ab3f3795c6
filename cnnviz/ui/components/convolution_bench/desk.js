// The desk of the bench's components: the fields of the settings at the left, at the right a rule or a message over the drawing.
const REST_OF_TYPING = 350; // ms after the last key of a typed number
const STEPPER = `<span class="steppers" aria-hidden="true"><button type="button" tabindex="-1" data-by="1">▴</button><button type="button" tabindex="-1" data-by="-1">▾</button></span>`;

class Desk {
  // `drawing`: markup of what the component itself draws. changed() is called as soon as another number is typed. send(name,
  // value) in `load`: a message to the server.
  constructor(root, drawing, changed = () => {}) {
    this.changed = changed;
    root.innerHTML = `<div class="desk"><form class="fields" autocomplete="off"></form><div class="place"><div class="rule"></div><div class="message" role="alert" hidden><p></p><div class="ways"></div></div>${drawing}</div></div>`;
    const find = (selector) => root.querySelector(selector);
    this.whole = find(".desk"); this.fields = find(".fields"); this.rule = find(".rule"); this.message = find(".message");
    this.fields.onsubmit = (event) => event.preventDefault();
    this.fields.onkeydown = (event) => this.key(event);
    this.fields.oninput = (event) => { if (event.target.name) this.type(event.target, REST_OF_TYPING); };
    this.fields.onchange = (event) => { if (event.target.name) this.type(event.target, 0); };
    this.fields.onclick = (event) => this.click(event);
    this.inputs = {};
  }
  close() { clearTimeout(this.resting); }

  load({ rows, texts, epoch, apart, rule, message, ways, link }, send) {
    this.send = send;
    this.link = link;
    const layout = JSON.stringify([rows, apart]), renewed = epoch !== this.epoch;
    if (layout !== this.layout) this.build(rows, apart);
    this.layout = layout;
    this.answered = { texts, apart };
    this.epoch = epoch;
    this.apart = apart;
    this.texts = renewed ? { ...texts } : { ...texts, ...this.texts }; // what is being typed stays, however late an answer comes
    for (const [name, input] of Object.entries(this.inputs)) this.show(input, this.texts[name]);
    this.whole.classList.toggle("alone", !rows.length);
    this.state(rule);
    this.tell(message, ways);
  }
  state(rule) { if (rule !== this.ruled) { this.rule.innerHTML = rule; this.ruled = rule; } }
  // Whether the server's last message is about what stands here now.
  get current() {
    const { texts, apart } = this.answered;
    return this.apart === apart && Object.entries(texts).every(([name, text]) => this.texts[name] === text || name === "apart");
  }
  // A field's whole number within its bounds; undefined where there is no such field, null for anything else. One field may
  // serve both axes. Where rows and columns have just been told apart, or no longer, the fields are not the right ones yet.
  number(setting, axis = "") {
    if (this.apart !== this.answered.apart) return null;
    const input = this.inputs[axis ? `${setting}_${axis}` : setting] || (axis && this.inputs[`${setting}_columns`]);
    if (!input) return undefined;
    const value = /^\s*\d+\s*$/.test(input.value) ? Number(input.value) : NaN;
    return value >= +input.ariaValueMin && value <= +input.ariaValueMax ? value : null;
  }

  build(rows, apart) {
    const focused = this.fields.getRootNode().activeElement?.name;
    this.inputs = {};
    this.fields.replaceChildren(...rows.map((row) => {
      const line = html(`<div class="row${row.length > 2 ? " three" : ""}"></div>`);
      for (const { name, label, short, least, most, help } of row) {
        const field = html(`<label><span></span><span class="box"><input name="${name}" type="text" size="1" inputmode="numeric" role="spinbutton" aria-valuemin="${least}" aria-valuemax="${most}" spellcheck="false">${STEPPER}</span></label>`);
        field.querySelector("span").textContent = short;
        field.title = help;
        const input = field.querySelector("input");
        input.setAttribute("aria-label", label);
        this.inputs[name] = input;
        line.append(field);
      }
      return line;
    }));
    if (apart !== null) {
      this.fields.append(html(`<button type="button" class="apart" aria-pressed="${apart}" title="Kernel, stride, padding and dilation for rows and for columns">Rows, columns apart</button>`));
    }
    if (focused) this.inputs[focused]?.focus();
  }
  show(input, text) {
    if (input.value !== text) input.value = text;
    const number = this.read(text), wrong = !Number.isInteger(number);
    if (wrong) input.removeAttribute("aria-valuenow"); else input.setAttribute("aria-valuenow", number);
    input.setAttribute("aria-invalid", wrong);
  }
  read(text) { return text.trim() ? Number(text.replace("−", "-").replace(",", ".")) : NaN; }

  type(input, wait) {
    if (this.texts[input.name] !== input.value) {
      this.texts[input.name] = input.value;
      this.show(input, input.value);
      this.waiting = true;
      this.changed();
    }
    clearTimeout(this.resting);
    if (!this.waiting) return;
    if (wait) this.resting = setTimeout(() => this.tellServer(), wait); else this.tellServer();
  }
  tellServer() {
    clearTimeout(this.resting);
    this.waiting = false;
    this.writeLink();
    this.send("setting", { epoch: this.epoch, apart: this.apart, texts: { ...this.texts } });
  }
  // What differs from the example stands in the address. It is written here, at once: written by the server it would cost a
  // message more, and a drawing of the whole page.
  writeLink() {
    const address = new URL(window.location.href), now = { ...this.texts, apart: String(!!this.apart) };
    for (const [parameter, [name, usual]] of Object.entries(this.link)) {
      if (now[name] === usual) address.searchParams.delete(parameter); else address.searchParams.set(parameter, now[name]);
    }
    if (address.href !== window.location.href) window.history.replaceState(window.history.state, "", address);
  }
  key(event) {
    const input = event.target, by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!input.name) return;
    event.stopPropagation();
    if (by) { event.preventDefault(); this.step(input, by); } else if (event.key === "Enter") this.type(input, 0);
  }
  // To the next whole number in that direction, within the field's bounds.
  step(input, by) {
    const [least, most] = [+input.ariaValueMin, +input.ariaValueMax], number = this.read(input.value);
    const next = !Number.isFinite(number) ? least : by > 0 ? Math.floor(number) + 1 : Math.ceil(number) - 1;
    input.value = String(Math.min(most, Math.max(least, next)));
    this.type(input, 0);
  }
  click(event) {
    const stepper = event.target.closest("[data-by]"), toggle = event.target.closest(".apart");
    if (stepper) { event.preventDefault(); this.step(stepper.closest(".box").querySelector("input"), +stepper.dataset.by); }
    if (toggle) { this.apart = !this.apart; this.tellServer(); }
  }

  tell(message, ways) {
    this.message.hidden = !message;
    const said = JSON.stringify([message, ways]);
    if (said === this.said) return;
    this.said = said;
    this.message.querySelector("p").textContent = message;
    this.message.querySelector(".ways").replaceChildren(...ways.map((way, k) => {
      const button = html(`<button type="button"></button>`);
      button.textContent = `Use ${way}`;
      button.onclick = () => this.send("way", k);
      return button;
    }));
  }
}
