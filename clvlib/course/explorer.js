/* An explorer on the screen: native controls, and the title, figure and sentence that belong to where they stand.

`view` knows only this: `ask(positions, ahead)` promises `{positions, svg, title, text}`, the picture at these positions
of the controls, or `{failed}`, a sentence. In a notebook the kernel answers, see `render`. Elsewhere something else
may, or nothing: without `ask` the first picture stays. */

const REST = 30; // ms from an answer until the pictures next to it are drawn ahead
const PATIENCE = 1500; // ms without an answer, after which the reader is told
const KEPT = 100; // pictures, of some 10 KB each
const SILENCE =
  "The picture waits for the kernel, which is busy or has stopped. If it was restarted, run this cell again.";
const KEYS = "← → one step, Page Up and Page Down several, Home and End to the ends. The mark below a slider: its start.";
const STYLE = `<style>
  svg { display: block; width: 100%; min-width: 30rem; height: auto } /* on a phone it scrolls: text of 6 px is no text */
  text { white-space: pre }
  @media print { svg { min-width: 0 } }
</style>`;

export function view(el, panel, first, ask) {
  const kept = new Map(); // pictures by positions, the oldest first
  let wanted; // where the controls stand
  let asked, told; // the positions last asked for, and those last answered
  let waiting = null; // the positions that an answer is awaited for
  let last = [0, 1]; // which control moved last, and in which direction
  let patience, rest; // timers

  const rows = panel.map(control);
  const reset = make("button", { type: "button" }, "Reset");
  const foot = make("div", { class: "clv-foot" }, reset, make("small", {}, KEYS));
  const fields = make("fieldset", { "aria-label": "Controls" }, ...rows.map((row) => row.node), foot);
  fields.disabled = !ask;
  const problem = make("p", { role: "status", class: "clv-problem" });
  const title = make("figcaption");
  const picture = make("div", { role: "img" });
  const sentence = make("p", { role: "status", class: "clv-sentence" });
  const figure = make("figure", {}, title, picture);
  el.append(make("div", { class: "clv-explorer" }, fields, problem, figure, sentence));
  const canvas = picture.attachShadow({ mode: "open" }); // the figure's ids stay inside, the page's style outside

  fields.addEventListener("input", () => move(rows.map((row) => row.position())));
  reset.addEventListener("click", () => move(panel.map((control) => control.start)));
  rows.forEach((row, place) => row.input.addEventListener("focus", () => face(place, 1)));
  fields.addEventListener("keydown", (event) => {
    const command = event.ctrlKey || event.metaKey || event.altKey || (event.shiftKey && event.key.length > 1);
    if (!command) event.stopPropagation(); // or a notebook takes the arrows, and inserts a cell at "b"
  });

  function set(answer) {
    wanted = answer.positions;
    told = String(wanted);
    rows.forEach((row, place) => row.set(wanted[place]));
    keep(answer);
    show(answer);
  }

  function move(positions) {
    const place = positions.findIndex((position, place) => position !== wanted[place]);
    if (place < 0) return;
    face(place, Math.sign(positions[place] - wanted[place]));
    wanted = positions;
    rows.forEach((row, place) => row.set(wanted[place]));
    if (kept.has(String(wanted))) show(kept.get(String(wanted)));
    follow();
  }

  /** Ask for where the controls stand, one question at a time: what they passed in the meantime is never asked for. */
  function follow() {
    if (!ask || waiting !== null || told === String(wanted)) return;
    const now = (waiting = asked = String(wanted));
    patience = setTimeout(() => {
      waiting = null; // the next move asks again; a late answer is welcome
      problem.textContent = SILENCE;
    }, PATIENCE);
    ask(wanted, false).then((answer) => {
      problem.textContent = answer.failed || "";
      receive(answer);
      if (now !== asked) return; // late: another question is open
      clearTimeout(patience);
      waiting = null;
      told = now;
      follow();
      face(...last);
    });
  }

  function receive(answer) {
    if (answer.failed) return;
    const overtaken = kept.has(String(wanted)) && String(answer.positions) !== String(wanted);
    keep(answer);
    if (!overtaken) show(answer);
  }

  function keep(answer) {
    kept.delete(String(answer.positions));
    kept.set(String(answer.positions), answer);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  }

  function show(answer) {
    canvas.innerHTML = STYLE + answer.svg;
    picture.setAttribute("aria-label", answer.text);
    title.textContent = answer.title;
    sentence.setAttribute("aria-busy", String(answer.positions) !== String(wanted)); // read out where one stops
    sentence.textContent = answer.text;
  }

  /** Where the reader is about to go: after a rest, draw the pictures there. */
  function face(place, direction) {
    last = [place, direction];
    clearTimeout(rest);
    if (ask) rest = setTimeout(drawAhead, REST);
  }

  async function drawAhead() {
    const here = String(wanted);
    if (here !== told) return; // whoever answers is not idle
    const [place, direction] = last;
    for (const step of [direction, -direction, 2 * direction]) {
      const next = wanted.with(place, wanted[place] + step);
      if (!(next[place] in panel[place].words) || kept.has(String(next))) continue;
      const answer = await ask(next, true);
      if (String(next) === String(wanted)) receive(answer);
      else if (!answer.failed) keep(answer);
      if (String(wanted) !== here) return;
    }
  }

  function retry() {
    waiting = told = null;
    follow();
  }

  set(first);
  return { set, retry };
}

/** A labelled native control. Its position counts the words that it can stand at. */
function control({ label, kind, words, start }) {
  const id = `clv-${Math.random().toString(36).slice(2)}`;
  const name = make("label", { for: id }, label);
  if (kind === "choice") {
    const input = make("select", { id }, ...words.map((word) => make("option", {}, word)));
    const set = (to) => (input.selectedIndex = to);
    return { input, node: make("div", {}, name, input), position: () => input.selectedIndex, set };
  }
  if (kind === "switch") {
    const input = make("input", { id, type: "checkbox" });
    const node = make("div", { class: "clv-switch" }, input, name);
    return { input, node, position: () => Number(input.checked), set: (to) => (input.checked = to) };
  }
  const input = make("input", { id, type: "range", min: 0, max: words.length - 1 });
  const value = make("span", { class: "clv-value", "aria-hidden": true });
  const mark = make("span", { class: "clv-start", style: `--at: ${start / (words.length - 1)}` });
  const set = (to) => {
    input.value = to;
    input.setAttribute("aria-valuetext", words[to]); // in the reader's units; the value is a place in a list
    value.textContent = words[to];
  };
  return { input, node: make("div", {}, name, value, input, mark), position: () => Number(input.value), set };
}

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** In a notebook: questions go to the kernel, `shown` is the kernel's state. */
function render({ model, el }) {
  const open = new Map(); // what to do with the answer, by ticket
  const ask = (positions, ahead) =>
    new Promise((resolve) => {
      const ticket = Math.random();
      open.set(ticket, resolve);
      model.send({ positions, ahead, ticket });
    });
  const answered = (answer) => {
    open.get(answer.ticket)?.(answer);
    return open.delete(answer.ticket);
  };
  const { set, retry } = view(el, model.get("panel"), model.get("shown"), ask);
  model.on("msg:custom", answered);
  model.on("change:shown", () => answered(model.get("shown")) || set(model.get("shown")));
  model.on("comm_live_update", retry);
}

export default { render };
