/* Explorers at their start, and what scrolls can be scrolled by keys. */
import { view } from "./explorer.js";

/* Who answers when a control moves: see `ask` in explorer.js. An engine in the page would; here is none, so each explorer
   stays at its first picture, its controls at their start. */
const ask = undefined;

for (const stored of document.querySelectorAll(".clv-stored")) {
  const { panel, first } = JSON.parse(stored.querySelector("script").textContent);
  const shown = document.createElement("div");
  stored.before(shown);
  view(shown, panel, first, ask);
  stored.closest(".cell_output, .hero").querySelector("img").remove();
  stored.querySelector("p").textContent = "In the notebook, these controls move the picture.";
}

function letKeysScroll() {
  for (const box of document.querySelectorAll(".table-wrapper, pre, .cell_output, .clv-explorer [role='img']")) {
    const scrolls = box.scrollWidth > box.clientWidth;
    if (scrolls) box.tabIndex = 0;
    else if (box.tabIndex === 0) box.removeAttribute("tabindex");
  }
}
addEventListener("resize", letKeysScroll);
letKeysScroll();
