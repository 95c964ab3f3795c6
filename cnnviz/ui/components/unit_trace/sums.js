// The partial sums as bars, and the steps from the sum to the value.
const BELOW = "#3D7CC9", ABOVE = "#E08214";   // the ends' hues of the diverging scale, to be seen on light and on dark

// One bar from the middle to either side; `limit` fills a side, Infinity is the total's, which has no bar.
function sumBar(what, much, limit, tag = "div") {
  const bar = html(`<${tag} class="bar"><span class="what"></span><span class="room"><i></i></span><span class="much"></span></${tag}>`);
  bar.querySelector(".what").textContent = what;
  bar.querySelector(".much").textContent = limit === Infinity ? `= ${written(much, 4)}` : signed(much, 4);
  if (limit === Infinity) { bar.querySelector(".room").style.visibility = "hidden"; return bar; }
  const share = Math.min(1, Math.abs(much) / limit) * 50, stick = bar.querySelector("i"), over = Math.abs(much) > limit;
  stick.classList.toggle("over", over);
  if (over) bar.title = "Together they are more than is drawn here";
  Object.assign(stick.style, { width: `${share}%`, left: much < 0 ? `${50 - share}%` : "50%", background: much < 0 ? BELOW : ABOVE });
  return bar;
}

// In place of the bars, where nothing is summed up.
function otherwise({ how, value, computed, formula, worked }) {
  const lines = how === "max" ? ["Only the winner goes on:", `${written(value, 5)}.`, "The others change nothing."] : [formula, worked, `= ${written(computed, 5)}`];
  return lines.map((words) => {
    const line = html('<div class="bar" style="display:block"></div>');
    line.textContent = words;
    return line;
  });
}

// A card for each unit of the chain, the explained one last; a click on another explains that one.
function chainSteps(chain, go) {
  const here = chain.at(-1);
  return chain.flatMap((unit) => {
    const last = unit === here, tag = last ? "div" : "button";
    const step = html(`<${tag} class="step${last ? " last" : ""}"><div class="who"></div><div class="rule"><span class="formula"></span><span class="worked"></span></div><div class="result"></div></${tag}>`);
    const put = (part, words) => { step.querySelector(`.${part}`).textContent = words; };
    put("who", `${unit.layer} · ${unit.kind}${unit.place.join() === here.place.join() ? "" : ` ${at(unit.place)}`}`);
    put("formula", unit.how === "input" ? "" : unit.formula);
    put("worked", unit.worked === unit.formula ? "" : unit.worked);
    put("result", `= ${written(unit.value, 5)}`);
    step.title = [unit.note, ...unit.constants.map(([name, value]) => `${name} = ${written(value, 6)}`)].filter(Boolean).join("\n");
    const off = html(`<span class="off ${unit.agrees ? "good" : "bad"}"></span>`);
    off.textContent = unit.difference === 0 ? "exactly torch's" : `torch within ${written(Math.abs(unit.difference))}`;
    step.querySelector(".result").append(off);
    if (last) return [step];
    step.onclick = () => go(unit);
    return [step, html('<span class="arrow">→</span>')];
  });
}
