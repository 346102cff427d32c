// What was predicted, beside what happened.

import { PLACES } from "/run.js";

const NOTHING = "nothing: no policy governs";
const TIMES = ["never", "once", "twice"];
const COUNTS = ["none", "one", "two"];
const counted = (count) => COUNTS[count] ?? `${count}`;
const times = (count) => TIMES[count] ?? `${count} times`;
const lines = (values) => (values.length ? values.join(" | ") : "none");
const values = (headers, name) => headers.filter(([n]) => n === name).map(([, value]) => value);
const filled = (text) => text.replace(/\{(\w+)\}/g, (all, place) => PLACES[place]?.origin ?? all);

/** What a script was given, in a few words. */
export function gist(result) {
  switch (result.kind) {
    case "readable": return `readable, ${result.status}`;
    case "opaque": return "opaque, nothing to read";
    case "blocked": return "blocked";
    default: return `not tried: ${result.error}`;
  }
}

/** One row for each prediction: `{ what, predicted, actual, ok }`. */
export function check(predict, { results, wire }) {
  const rows = [];
  const row = (what, predicted, actual, ok = predicted === actual) => rows.push({ what, predicted, actual, ok });
  const last = results.at(-1);
  const preflights = wire.filter(({ kind }) => kind === "preflight");
  const exchange = wire.at(-1);

  const { sees } = predict;
  if (sees === "either") {
    const ok = last.kind === "readable" || last.kind === "blocked";
    row("The script gets", "readable today, blocked by the standard", gist(last), ok);
  } else {
    const predicted = typeof sees === "number" ? { kind: "readable", status: sees } : { kind: sees };
    row("The script gets", gist(predicted), gist(last));
  }
  if ("preflights" in predict) row("Preflights", counted(predict.preflights), counted(preflights.length));
  if ("ran" in predict) row("The handler runs", times(predict.ran), times(wire.filter(({ ran }) => ran).length));
  if ("says" in predict) said("tower-cors says", predict.says, exchange);
  if ("preflightSays" in predict) said("tower-cors says of the preflight", predict.preflightSays, preflights.at(-1));
  if ("shadow" in predict) said("The shadow policy says", predict.shadow, { explanation: exchange?.shadow });
  for (const [name, value] of Object.entries(predict.shows ?? {})) {
    row(`The script reads ${name}`, value, lines(values(last.headers ?? [], name)));
  }
  for (const name of predict.hides ?? []) {
    row(`The script reads ${name}`, "none", lines(values(last.headers ?? [], name)));
  }
  for (const [name, expected] of Object.entries(predict.wire ?? {})) {
    const actual = name === ":status" ? [`${exchange?.status}`] : values(exchange?.response ?? [], name);
    row(name === ":status" ? "Status on the wire" : `${name} on the wire`, lines(expected.map(filled)), lines(actual));
  }
  for (const [kind, expected] of Object.entries(predict.cookies ?? {})) {
    const sent = wire.filter((one) => one.kind === kind).at(-1);
    const predicted = expected ? "sent" : "not sent";
    const actual = values(sent?.request ?? [], "cookie").length ? "sent" : "not sent";
    row(`Cookie on the ${kind} request`.replace("preflight request", "preflight"), predicted, actual, sent && predicted === actual);
  }
  if ("timed" in predict) row("Timing", predict.timed ? "told" : "hidden", last.timed ? "told" : "hidden");
  return rows;

  function said(what, words, of) {
    const explanation = of?.explanation ?? null;
    if (words === null) return row(what, NOTHING, explanation ?? NOTHING);
    const ok = explanation !== null && explanation.includes(words);
    row(what, `“${words}”`, ok ? `“${words}”` : explanation ?? NOTHING, ok);
  }
}
