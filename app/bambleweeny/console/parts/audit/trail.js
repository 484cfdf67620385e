// The audit trail: a reading of it, and the stream of new entries, which goes on after the last one.
import { ApiError, readJson, rowsOf } from "../api.js";
import { request } from "../request.js";
import { useEffect, useRef, useState } from "../ui.js";

const MOST = 1000;
const PAUSE_MS = 2000;
// The whole trail keeps no more than these.
const MOST_ENTRIES = 20_000;

// Returns `{ entries, next }` of a period: "newest", "all" or a duration; the oldest first.
export async function entriesOf({ period, action, userid }, signal) {
  const read = (query) => readJson(request("GET", ["audit"], { query: { action, userid, ...query } }), signal);
  if (period === "newest") return read({ last: MOST });
  let page = await read({ since: period, limit: MOST });
  const entries = page.entries;
  while (page.entries.length === MOST && entries.length < MOST_ENTRIES) {
    page = await read({ after: page.next, limit: MOST });
    entries.push(...page.entries);
  }
  return { entries, next: page.next };
}

// Calls `onEntry` for each entry after `next` while the tab is visible and nothing pauses; returns "live", "connecting", "polling" or "paused".
export function useTrail({ action, userid }, next, isPaused, onEntry) {
  const [state, setState] = useState("connecting");
  const [isHidden, setHidden] = useState(document.hidden);
  const latest = useRef();
  const after = useRef();
  latest.current = onEntry;
  useEffect(() => {
    const look = () => setHidden(document.hidden);
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  useEffect(() => {
    after.current = next;
  }, [next]);
  useEffect(() => {
    if (next === undefined || isPaused || isHidden) {
      setState(isPaused ? "paused" : "connecting");
      return undefined;
    }
    const controller = new AbortController();
    void follow({ action, userid }, after, controller.signal, setState, (entry) => latest.current(entry));
    return () => controller.abort();
  }, [next, action, userid, isPaused, isHidden]);
  return state;
}

async function follow(query, after, signal, onState, onEntry) {
  while (!signal.aborted) {
    try {
      for await (const entry of rowsOf(request("GET", ["audit"], { query: { ...query, after: after.current || undefined, ...(!after.current && { since: "all" }) }, headers: { Accept: "application/x-ndjson" } }), signal)) {
        if (signal.aborted) return;
        onState("live");
        if (!entry) continue;
        after.current = entry.id;
        onEntry(entry);
      }
    } catch (ex) {
      if (signal.aborted) return;
      onState(ex instanceof ApiError && ex.status >= 400 ? "polling" : "connecting");
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
