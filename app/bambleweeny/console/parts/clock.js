// The time by the clock of the server, since that of a browser may be wrong, and a tick each second for what shows an age.
import { call } from "./api.js";
import { request } from "./request.js";
import { useEffect, useState } from "./ui.js";

const TICK_MS = 1000;
// NOTE: the server names its time in whole seconds, so clocks that differ by less are the same.
const NEAR_MS = 1500;

let ahead = 0;
let measuredAt = null;
let timer;
const watchers = new Set();

// Returns the time of the server in ms, once it is known; until then that of the browser.
export const serverNow = () => Date.now() + ahead;

// Returns the time of the server; the component renders again each second.
export function useNow() {
  const [now, setNow] = useState(serverNow());
  useEffect(() => onTick(() => setNow(serverNow())), []);
  return now;
}

function onTick(watcher) {
  watchers.add(watcher);
  timer ??= setInterval(tick, TICK_MS);
  follow();
  return () => {
    watchers.delete(watcher);
    if (watchers.size) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function tick() {
  if (document.hidden) return;
  follow();
  for (const watcher of [...watchers]) watcher();
}

// How much the clock of the browser is ahead of the age of the page: it changes if somebody sets the clock.
const clockOf = () => Date.now() - performance.now();

function follow() {
  if (measuredAt !== null && Math.abs(clockOf() - measuredAt) < NEAR_MS) return;
  measuredAt = clockOf();
  measure().catch(() => {});
}

async function measure() {
  const begun = Date.now();
  const { headers } = await call(request("GET", ["healthz"], { isPublic: true }), { isQuiet: true });
  const date = Date.parse(headers.get("Date"));
  if (Number.isNaN(date)) return;
  const found = date + 500 - (begun + Date.now()) / 2;
  ahead = Math.abs(found) < NEAR_MS ? 0 : found;
  for (const watcher of [...watchers]) watcher();
}
