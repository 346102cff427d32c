// One call, and what a script is given of it. A classic script, so that sandboxed frames can load it too.

/** Calls and tells, in plain data. Never throws. */
async function attempt(url, init) {
  performance.clearResourceTimings();
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) });
    const headers = [...response.headers];
    const body = (await response.text()).slice(0, 20_000);
    const opaque = response.type === "opaque";
    return { kind: opaque ? "opaque" : "readable", status: response.status, headers, body, timed: await timed(url) };
  } catch (error) {
    return { kind: "blocked", error: `${error.name}: ${error.message}` };
  }
}

/** Whether the browser tells when the response began: for other origins only with Timing-Allow-Origin. */
async function timed(url) {
  for (let wait = 0; wait < 10; wait += 1) {
    const entry = performance.getEntriesByName(url).at(-1);
    if (entry) return entry.responseStart > 0;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
