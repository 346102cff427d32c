// Draws calls, results and what crossed the wire. All text goes in as text: nothing here is parsed as HTML.

import { PLACES, init, target } from "/run.js";
import { gist } from "/check.js";

/** An element: `h("p", { class: "about" }, "text", child)`. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

export function icon(name, label) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", `icon ${name}`);
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#${name}`);
  svg.append(use);
  return svg;
}

/** Text with `code` between backticks. */
export function prose(text) {
  return text.split("`").map((part, index) => (index % 2 ? h("code", {}, part) : part));
}

const TOKENS = /(?<comment>(?:#|\/\/).*$)|(?<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|(?<word>\b(?:const|await|true|false)\b)|(?<section>^\[\[.*\]\])/gm;

/** Code with its strings and comments told apart, TOML or JavaScript. */
export function code(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKENS)) {
    const [kind] = Object.entries(match.groups).find(([, value]) => value !== undefined);
    parts.push(text.slice(end, match.index), h("span", { class: kind }, match[0]));
    end = match.index + match[0].length;
  }
  return h("code", {}, ...parts, text.slice(end));
}

/** A path without the tag by which the recorder finds the exchange. */
export const untagged = (path) => path.replace(/(%3F|[?&])case(%3D|=)(\{case\}|[\w-]+)/g, "");

/** The call as one would write it. */
export function source(call, index) {
  const options = init(call);
  const quoted = (value) => (value.includes('"') ? `'${value}'` : JSON.stringify(value));
  const key = (name) => (/^\w+$/.test(name) ? name : JSON.stringify(name));
  const shown = Object.entries(options)
    .filter(([name, value]) => !(name === "credentials" && value === "omit"))
    .map(([name, value]) => {
      if (typeof value === "string") return `  ${name}: ${quoted(value)},\n`;
      const pairs = Object.entries(value).map(([n, v]) => `${key(n)}: ${quoted(v)}`).join(", ");
      return `  ${name}: { ${pairs} },\n`;
    });
  const from = call.from && call.from !== "page" ? `// in ${PLACES[call.from].label}: ${PLACES[call.from].origin}\n` : "";
  const name = index ? `response${index + 1}` : "response";
  const url = JSON.stringify(`${target(call)}${untagged(call.path)}`);
  return `${from}const ${name} = await fetch(${url}${shown.length ? `, {\n${shown.join("")}}` : ""});`;
}

/** A line for a closed card. */
export function oneLine(calls) {
  const call = calls.at(-1);
  const twice = calls.length > 1 && calls[0].path === call.path ? " ×2" : "";
  return `${call.method ?? "GET"} ${call.path.replace(/\?.*/, "")}${twice}`;
}

export function chip(result) {
  const text = result.kind === "readable" ? `${result.status} readable` : result.kind;
  return h("span", { class: `chip ${result.kind}`, title: gist(result) }, text);
}

/** What the script was given of one call. */
export function given(result) {
  if (result.kind === "readable") {
    const headers = result.headers.length
      ? h("div", { class: "lines" }, ...result.headers.map(([name, value]) => line(name, value)))
      : h("p", { class: "none" }, "No headers that a script may see.");
    return h("div", { class: "given" },
      h("p", {}, chip(result)),
      h("h5", {}, "Headers a script can see"), headers,
      result.body && h("details", { class: "more" }, h("summary", {}, "Body"), h("pre", { class: "code", tabindex: "0" }, h("code", {}, pretty(result.body)))));
  }
  const words = {
    opaque: ["Status 0, no headers, no body."],
    blocked: [h("code", {}, result.error ?? ""), " It tells the script no more than that, on purpose."],
    broken: [result.error ?? ""],
  }[result.kind];
  return h("div", { class: "given" }, h("p", {}, chip(result), " ", ...words));
}

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

const isCors = (name) => /^(origin|vary|cookie|set-cookie|location|timing-allow-origin|access-control-.*)$/.test(name);

function line(name, value) {
  return h("div", { class: isCors(name) ? "line cors" : "line" }, h("b", {}, name), ": ", value);
}

/** One side's headers: those that matter here, and the others on demand. */
function side(title, headers) {
  const [cors, others] = [headers.filter(([name]) => isCors(name)), headers.filter(([name]) => !isCors(name))];
  const drawn = (list) => list.map(([name, value]) => line(name, value));
  const count = `${others.length} other${others.length === 1 ? "" : "s"}`;
  return h("div", { class: "side" },
    h("h6", {}, title),
    h("div", { class: "lines" }, ...(cors.length ? drawn(cors) : [h("p", { class: "none" }, "No CORS headers.")])),
    others.length ? h("details", { class: "more" }, h("summary", {}, count), h("div", { class: "lines" }, ...drawn(others))) : null);
}

/** One request and its response, as they crossed the wire. */
export function exchange(one) {
  const kind = { preflight: "Preflight", actual: "Call", "not CORS": "Call, not CORS" }[one.kind];
  return h("section", { class: `exchange ${one.kind === "preflight" ? "preflight" : "call"}` },
    h("header", {},
      h("span", { class: "kind" }, kind),
      h("code", { class: "target" }, `${one.method} ${untagged(one.target)}`),
      h("span", { class: `status s${Math.floor(one.status / 100)}` }, `${one.status}`),
      h("small", {}, one.ran ? "by the handler" : "by tower-cors")),
    h("div", { class: "sides" }, side("Request", one.request), side("Response", one.response)),
    h("p", { class: "says" }, h("b", {}, "tower-cors"), one.explanation ?? "no policy governs this path: left unchanged"),
    one.shadow && h("p", { class: "says" }, h("b", {}, "shadow"), one.shadow));
}

/** Predicted and actual, side by side. */
export function comparison(rows) {
  const body = rows.map(({ what, predicted, actual, ok }) =>
    h("tr", { class: ok ? undefined : "wrong" },
      h("td", {}, icon(ok ? "tick" : "cross", ok ? "as predicted" : "surprising")),
      h("th", { scope: "row" }, what), h("td", {}, predicted), h("td", {}, actual)));
  return h("table", { class: "comparison" },
    h("thead", {}, h("tr", {}, h("td"), h("th", { scope: "col" }, "What"), h("th", { scope: "col" }, "Predicted"), h("th", { scope: "col" }, "Actual"))),
    h("tbody", {}, ...body));
}

/** All of a run: the call, what came of it, the wire. */
export function view(calls, { results, wire }, { rows, console, policy } = {}) {
  const part = (title, ...children) => h("div", { class: "part" }, h("h4", {}, title), ...children);
  return h("div", { class: "view" },
    h("div", { class: "column" },
      part("The call", h("pre", { class: "code", tabindex: "0" }, code(calls.map(source).join("\n")))),
      part("What the script got", ...results.map(given)),
      console && part("What Chromium’s console says", h("p", { class: "console" }, console)),
      rows && part("Predicted and actual", comparison(rows))),
    h("div", { class: "column" },
      part("On the wire", ...(wire.length ? wire.map(exchange) : [h("p", { class: "none" }, "Nothing: the browser sent no request.")])),
      policy && part("The policy", h("pre", { class: "code", tabindex: "0" }, code(policy)))));
}
