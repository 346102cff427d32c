// Runs calls, in this page or in a frame of another origin, and asks what crossed the wire.

import { setup } from "/setup.js";

export { setup };

const port = new URL(setup.page).port;
const named = (host) => `http://${host}${port && ":" + port}`;

/** Where calls can come from. */
export const PLACES = {
  page: { origin: setup.page, label: "this page" },
  subdomain: { origin: named("a.localhost"), label: "a frame of a subdomain" },
  deep: { origin: named("b.a.localhost"), label: "a frame of a deeper subdomain" },
  localhost: { origin: named("localhost"), label: "a frame of localhost" },
  sandbox: { origin: "null", label: "a sandboxed frame" },
};

/** Where a call goes: to the API at its own address, or under another name that leads to it. */
export function target({ host }) {
  const url = new URL(setup.api);
  if (host) url.hostname = host;
  return url.origin;
}

const frames = new Map();
const waiting = new Map();
let calls = 0;

addEventListener("message", ({ source, data }) => {
  const known = [...frames.values()].some(({ element }) => element.contentWindow === source);
  if (!known) return;
  const answer = waiting.get(data.id === "ready" ? source : data.id);
  answer?.(data.result);
});

/** A frame of this place, which answers when it is ready. */
function frame(from) {
  if (!frames.has(from)) {
    const element = document.createElement("iframe");
    element.hidden = true;
    element.title = PLACES[from].label;
    if (from === "sandbox") element.sandbox = "allow-scripts";
    element.src = from === "sandbox" ? "/frame" : `${PLACES[from].origin}/frame`;
    document.body.append(element);
    frames.set(from, { element, ready: answered(element.contentWindow, 5_000) });
  }
  return frames.get(from);
}

function answered(key, patience) {
  return new Promise((resolve, reject) => {
    waiting.set(key, resolve);
    setTimeout(() => reject(new Error("the frame does not answer")), patience);
  }).finally(() => waiting.delete(key));
}

async function attemptFrom(from, url, init) {
  if (from === "page") return attempt(url, init);
  try {
    const { element, ready } = frame(from);
    const origin = await ready;
    if (origin !== PLACES[from].origin) throw new Error(`the frame's origin is ${origin}`);
    const id = `${(calls += 1)}`;
    const result = answered(id, 15_000);
    element.contentWindow.postMessage({ id, url, init }, "*");
    return await result;
  } catch (error) {
    return { kind: "broken", error: error.message };
  }
}

/** The second argument of `fetch`. */
export function init({ method, headers, credentials, mode, body }) {
  const chosen = { method, headers, mode, credentials: credentials ?? "omit", body };
  return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined && value !== ""));
}

/** Runs one call after the other: what the script was given of each, and what the server saw of all. */
export async function run(id, list) {
  const tag = `${id}-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;
  const results = [];
  for (const call of list) {
    const path = call.path.replaceAll("{case}", tag);
    const url = `${target(call)}${path}${path.includes("?") ? "&" : "?"}case=${tag}`;
    results.push(await attemptFrom(call.from ?? "page", url, init(call)));
  }
  const wire = await (await fetch(`/wire?case=${tag}`)).json();
  return { results, wire };
}
