// Puts the page together: the cases, one's own call, the policy.

import { GROUPS, common } from "/cases.js";
import { check, gist } from "/check.js";
import { PLACES, run, setup, target } from "/run.js";
import { chip, code, h, icon, oneLine, prose, untagged, view } from "/view.js";

const byId = (id) => document.getElementById(id);
const main = document.querySelector("main");
const builtIn = setup.file === null;
let shown = [];
let running = 0;

/** The entry of the policy file with this name. */
function entry(name) {
  return setup.policy.split(/\n(?=\[\[policy\]\])/).find((text) => text.includes(`name = "${name}"`))?.trim();
}

/** Draws the groups with every case still to run. */
function draw(groups) {
  shown = groups.flatMap(({ cases }) => cases);
  byId("groups").replaceChildren(...groups.map(({ title, about, cases }) =>
    h("section", { class: "group" }, h("h2", {}, title), h("p", { class: "about" }, ...prose(about)), ...cases.map(card))));
}

function card(one) {
  one.mark = h("span", { class: "mark" }, icon("dot", "not run yet"));
  one.chip = h("span", {});
  one.inside = h("div", { class: "inside" });
  one.element = h("details", { class: "case", id: one.id, "data-outcome": "running", "data-console": one.console },
    h("summary", {}, one.mark, h("span", { class: "title" }, one.title), h("code", { class: "gist" }, oneLine(one.calls)), one.chip),
    h("div", { class: "opened" },
      h("div", { class: "why" }, h("p", {}, ...prose(one.why)),
        h("span", { class: "buttons" },
          h("button", { type: "button", click: () => runOne(one) }, "Run again"),
          h("button", { type: "button", click: () => borrow(one.calls.at(-1)) }, "Change and try"))),
      one.inside));
  return one.element;
}

async function once(one) {
  const outcome = await run(one.id, one.calls);
  return [outcome, one.predict && check(one.predict, outcome)];
}

async function runOne(one) {
  let [outcome, rows] = await once(one);
  // Firefox does not use its preflight cache in the first moments of a page.
  for (let chance = 0; one.patience && chance < 3 && !rows.every(({ ok }) => ok); chance += 1) {
    await new Promise((resolve) => setTimeout(resolve, 700));
    [outcome, rows] = await once(one);
  }
  const wrong = rows?.filter(({ ok }) => !ok) ?? [];
  const state = !rows ? "observed" : wrong.length ? "surprising" : "as-predicted";
  const marks = { observed: ["dot", "ran"], surprising: ["cross", "surprising"], "as-predicted": ["tick", "as predicted"] };
  one.mark.replaceChildren(icon(...marks[state]));
  one.chip.replaceChildren(chip(outcome.results.at(-1)));
  one.inside.replaceChildren(view(one.calls, outcome, { rows, console: one.console, policy: one.policy && entry(one.policy) }));
  one.result = outcome.results.at(-1);
  one.element.dataset.outcome = state;
  if (wrong.length) {
    one.element.open = true;
    one.element.dataset.surprise = wrong.map(({ what, predicted, actual }) => `${what}: predicted ${predicted}, actual ${actual}`).join("; ");
  } else delete one.element.dataset.surprise;
  summarize();
}

async function runAll() {
  const turn = (running += 1);
  main.dataset.state = "running";
  for (const one of shown) one.element.dataset.outcome = "running";
  for (const one of shown) {
    if (turn !== running) return;
    await runOne(one);
  }
  main.dataset.state = "done";
  summarize();
}

function summarize() {
  const count = (test) => shown.filter(test).length;
  const ran = count(({ element }) => element.dataset.outcome !== "running");
  const surprising = count(({ element }) => element.dataset.outcome === "surprising");
  byId("progress").style.width = `${(100 * ran) / shown.length}%`;
  const summary = byId("summary");
  summary.ariaBusy = main.dataset.state !== "done";
  if (main.dataset.state !== "done") {
    summary.textContent = `Running: ${ran} of ${shown.length}`;
    return;
  }
  main.dataset.surprising = surprising;
  summary.className = surprising ? "summary wrong" : "summary";
  if (builtIn) {
    const text = surprising ? `${surprising} of ${shown.length} surprising` : `All ${shown.length} as predicted`;
    summary.replaceChildren(icon(surprising ? "cross" : "tick", ""), text);
  } else {
    const readable = count(({ result }) => result?.kind === "readable");
    summary.replaceChildren(`${shown.length} calls: ${readable} readable, ${shown.length - readable} not`);
  }
}

/** Puts a case's call into the form. */
function borrow(call) {
  const { elements } = byId("own-form");
  elements.method.value = call.method ?? "GET";
  elements.path.value = (call.host ? target(call) : "") + untagged(call.path);
  elements.credentials.value = call.credentials ?? "omit";
  elements.mode.value = call.mode ?? "cors";
  elements.from.value = call.from ?? "page";
  elements.headers.value = Object.entries(call.headers ?? {}).map(([name, value]) => `${name}: ${value}`).join("\n");
  elements.body.value = call.body ?? "";
  elements.headers.dispatchEvent(new Event("input", { bubbles: true }));
  byId("own").scrollIntoView();
  elements.method.focus({ preventScroll: true });
}

/** The lines of the form's headers. */
const headerLines = ({ value }) => value.split("\n").filter((line) => line.trim());

/** The call that the form describes. */
function own() {
  const { elements } = byId("own-form");
  const headers = headerLines(elements.headers)
    .map((line) => [line.split(":")[0].trim(), line.split(":").slice(1).join(":").trim()]);
  const { path, host } = place(elements.path.value.trim());
  return {
    method: elements.method.value.trim(),
    path,
    host,
    credentials: elements.credentials.value,
    mode: elements.mode.value === "cors" ? undefined : elements.mode.value,
    from: elements.from.value,
    headers: headers.length ? Object.fromEntries(headers) : undefined,
    body: elements.body.value || undefined,
  };
}

/** A path; or a whole URL, for another name that leads to the API. */
function place(text) {
  if (!text.startsWith("http://")) return { path: text.startsWith("/") ? text : `/${text}` };
  const { hostname, pathname, search } = new URL(text);
  return { path: pathname + search, host: hostname };
}

byId("own-form").addEventListener("input", ({ currentTarget: { elements: { headers } } }) => {
  const wrong = headerLines(headers).find((line) => !line.includes(":"));
  headers.setCustomValidity(wrong === undefined ? "" : `"${wrong}" has no colon: each line is a name, a colon and a value`);
});

byId("own-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const call = own();
  const result = byId("own-result");
  result.dataset.state = "running";
  const outcome = await run("own", [call]);
  result.replaceChildren(h("div", { class: "case own-case" },
    h("p", { class: "verdict" }, chip(outcome.results[0]), h("code", {}, oneLine([call]))), view([call], outcome)));
  result.dataset.state = "done";
  result.dataset.gist = gist(outcome.results[0]);
});

byId("again").addEventListener("click", runAll);
byId("expand").addEventListener("click", ({ currentTarget: button }) => {
  const open = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", open);
  button.textContent = open ? "Close all" : "Open all";
  for (const { element } of shown) element.open = open;
});

byId("page-origin").textContent = setup.page;
byId("api-origin").textContent = setup.api;
byId("policy-text").replaceWith(code(setup.policy));
byId("policy-about").textContent = builtIn
  ? "The built-in set. Give a file of your own with --policy FILE, in TOML or JSON."
  : `The file ${setup.file}.`;
byId("from").append(...Object.entries(PLACES).map(([value, { label, origin }]) => h("option", { value }, `${label}: ${origin}`)));

if (origin !== setup.page) {
  const notice = byId("notice");
  notice.append(`This page was opened as ${origin}, but policies and predictions are for ${setup.page}: `, h("a", { href: setup.page }, "open that"), ".");
  notice.hidden = false;
}

// What the file's paths look like, as paths to try.
const paths = [...new Set([...setup.policy.matchAll(/"(\/[^"]*)"/g)].map(([, path]) => path.replace(/\{[^}]*\}/g, "hello")))];
byId("paths").append(...paths.map((value) => h("option", { value })));

if (builtIn) {
  draw(GROUPS);
  shown[0].element.open = true;
} else {
  const where = byId("where-path");
  where.value = paths[0] ?? "/hello";
  byId("own-form").elements.path.value = where.value;
  byId("where").hidden = false;
  byId("where").addEventListener("submit", (event) => {
    event.preventDefault();
    draw(common(where.value.startsWith("/") ? where.value : `/${where.value}`));
    runAll();
  });
  draw(common(where.value));
}
runAll();
