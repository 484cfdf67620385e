// One stream of events for a visible tab. Components ask what has changed; nobody else opens the stream.
import { ApiError, rowsOf } from "./api.js";
import { eventsQuery } from "./events_query.js";
import { Observable } from "./observable.js";
import { request } from "./request.js";
import { acting, session } from "./session.js";
import { inTurns } from "./turns.js";
import { useEffect, useRef } from "./ui.js";

// "live", "connecting", "polling" (events cannot be streamed now) or "paused" (hidden tab, or nobody listens).
export const connection = new Observable("paused");

// NOTE: the stream of events goes on below a state that a page shows instead of it.
let [own, instead] = ["paused", null];
const note = (state) => {
  own = state;
  connection.value = instead ?? own;
};

// Shows the state of another stream, which a page follows; null shows that of the events again.
export function showInstead(state) {
  instead = state;
  note(own);
}

const PAUSES_MS = [250, 500, 1000, 2000, 4000];
const POLL_MS = 3000;
const TOGETHER_MS = 120;
const EVERY_MS = 500;
// The pause between two polls is as many times as long as the last one took.
const POLL_TIMES = 10;
// Listeners get `{ event, name }`; also `{ event: "missed" }` when events may have been lost, and then `name` is empty. They may return a
// promise of having read again what they show.
const listeners = new Set();
let stream = null;

document.addEventListener("visibilitychange", settle);
session.subscribe(restart);
acting.subscribe(restart);

// Calls `listener` for each event, until the returned function is called.
export function onEvents(listener) {
  listeners.add(listener);
  settle();
  return () => {
    listeners.delete(listener);
    settle();
  };
}

// Runs `reload` after events that `concerns(event)` accepts, 120 ms later and at most twice a second, and when events may have been missed.
export function useLive(concerns, reload) {
  const latest = useRef();
  latest.current = { concerns, reload };
  useEffect(() => {
    let isShown = true;
    const reload = inTurns(() => pause(TOGETHER_MS).then(() => isShown && latest.current.reload()), EVERY_MS);
    const stop = onEvents((event) => (event.event === "missed" || latest.current.concerns(event) ? reload() : undefined));
    return () => {
      isShown = false;
      stop();
    };
  }, []);
}

function settle() {
  const isWanted = listeners.size > 0 && !document.hidden && session.value;
  if (isWanted && !stream) {
    stream = new AbortController();
    void follow(stream.signal);
  } else if (!isWanted && stream) {
    stream.abort();
    stream = null;
    note("paused");
  }
}

function restart() {
  stream?.abort();
  stream = null;
  settle();
}

async function follow(signal) {
  let failures = 0;
  const query = eventsQuery(session.value.scopes);
  while (!signal.aborted) {
    if (!query) {
      await pollOnce(signal);
      continue;
    }
    note("connecting");
    try {
      for await (const row of rowsOf(request("GET", ["events"], { query, headers: { Accept: "application/x-ndjson" } }), signal)) {
        if (signal.aborted) return;
        if (own !== "live") {
          note("live");
          failures = 0;
          // NOTE: events have no history, so all that is shown is read again: also what was read before this stream began.
          void emit({ event: "missed", name: "" });
        }
        if (row) void emit(row);
      }
    } catch (ex) {
      if (signal.aborted) return;
      if (ex instanceof ApiError && ex.status >= 400) {
        await pollOnce(signal);
        continue;
      }
    }
    await pause(PAUSES_MS[Math.min(failures++, PAUSES_MS.length - 1)], signal);
  }
}

// Has what is shown read again, since it may have changed, and waits; the longer, the more work that was.
async function pollOnce(signal) {
  note("polling");
  const begun = performance.now();
  await emit({ event: "missed", name: "" });
  await pause(Math.max(POLL_MS, POLL_TIMES * (performance.now() - begun)), signal);
}

// Yields `{ id, time, type, value }` of a topic and reconnects after the last one, until the signal. `onState` gets "live" or "connecting".
export async function* messagesOf(topic, { since, last, signal, onState = () => {} }) {
  let [after, failures] = [since, 0];
  while (!signal.aborted) {
    onState("connecting");
    const query = after ? { since: after } : { last };
    try {
      for await (const row of rowsOf(request("GET", ["topics", topic], { query, headers: { Accept: "application/x-ndjson" } }), signal)) {
        onState("live");
        failures = 0;
        if (!row) continue;
        if (row.id) after = row.id;
        yield row;
      }
    } catch (ex) {
      if (signal.aborted) return;
      if (ex.isFinal) throw ex;
    }
    await pause(PAUSES_MS[Math.min(failures++, PAUSES_MS.length - 1)], signal);
  }
}

// Resolves when all listeners have read again what they show.
const emit = (event) => Promise.allSettled([...listeners].map((listener) => listener(event)));

function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
