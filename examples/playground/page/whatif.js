// "What if a page elsewhere called this?": asks the server's simulated browser, and draws its answer.

import { exchange, h } from "/view.js";

const form = document.getElementById("what-if-form");
const result = document.getElementById("what-if-result");

/** What came of it, in one paragraph. */
function verdict({ outcome, status, reason, culprit, suggestion }) {
  const chip = h("span", { class: `chip ${outcome}` }, outcome === "readable" ? `${status} readable` : "blocked");
  return h("div", {},
    h("p", { class: "verdict" }, chip, reason ?? "The script reads the answer."),
    culprit && h("p", { class: "about" }, `The cause: ${culprit}. The fix: ${suggestion}.`));
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  result.dataset.state = "running";
  const asked = new URLSearchParams(new FormData(form));
  const path = asked.get("path").trim();
  asked.set("path", path.startsWith("/") ? path : `/${path}`);
  let answer;
  try {
    const response = await fetch(`/what-if?${asked}`);
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
    answer = await response.json();
  } catch (error) {
    result.replaceChildren(h("p", { class: "notice" }, `The playground gave no answer: ${error.message}`));
    result.dataset.state = "done";
    result.dataset.outcome = "failed";
    return;
  }
  const { result: outcome, wire } = answer;
  const crossed = wire.length ? wire.map(exchange) : [h("p", { class: "none" }, "Nothing: the browser sent no request.")];
  result.replaceChildren(h("div", { class: "case own-case" }, verdict(outcome), ...crossed));
  result.dataset.state = "done";
  result.dataset.outcome = outcome.outcome;
});
