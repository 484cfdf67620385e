// Rows that are read page by page with a cursor, and read again when they change.
import { inTurns } from "./turns.js";
import { useCallback, useEffect, useRef, useState } from "./ui.js";

const PAGE = 200;
const MOST_AGAIN = 1000;
const LEAST_MS = 250;
const EMPTY = { rows: undefined, next: null, error: null };

// `readPage({ after, limit, signal })` returns `{ rows, next }`. Returns `{ value, next, error, more, reload }`; `value` are the rows, undefined at first.
// `more` reads the next page, unless the last read failed. `reload` reads the first 1,000 rows again at most, keeps the rows after them, and never breaks off a reload that runs;
// there are not more than four a second.
export function usePages(readPage, keyOf, inputs) {
  const [state, setState] = useState(EMPTY);
  const held = useRef();
  const reader = useRef();
  reader.current = readPage;
  const change = (job, fields) => {
    if (job.signal.aborted) return;
    job.state = { ...job.state, ...fields };
    setState(job.state);
  };
  const reload = useCallback(() => held.current.reload(), []);
  const run = useCallback(async (work) => {
    const job = held.current;
    if (job.isBusy) return void (job.isWanted ||= work === again);
    job.isBusy = true;
    try {
      change(job, { ...(await work(job, reader.current, keyOf)), error: null });
    } catch (error) {
      if (error.name !== "AbortError") change(job, { error });
    } finally {
      job.isBusy = false;
    }
    if (!job.isWanted || job.signal.aborted) return;
    job.isWanted = false;
    void job.reload();
  }, []);
  useEffect(() => {
    const controller = new AbortController();
    held.current = { signal: controller.signal, state: EMPTY, isBusy: false, isWanted: false };
    held.current.reload = inTurns(() => (controller.signal.aborted ? undefined : run(again)), LEAST_MS);
    setState(EMPTY);
    void reload();
    return () => controller.abort();
  }, inputs);
  // NOTE: a table asks for more each time that it is drawn, so a page that failed is read after the next reload.
  const more = () => void (held.current?.state.next && !held.current.state.error && run(further));
  return { value: state.rows, next: state.next, error: state.error, more, reload };
}

async function further({ signal, state: { rows, next } }, readPage, keyOf) {
  const page = await readPage({ after: next, limit: PAGE, signal });
  return { rows: [...rows, ...without(page.rows, rows, keyOf)], next: page.next };
}

async function again({ signal, state: { rows = [], next } }, readPage, keyOf) {
  const limit = Math.min(Math.max(rows.length, PAGE), MOST_AGAIN);
  const page = await readPage({ limit, signal });
  if (rows.length <= limit || !page.next) return page;
  return { rows: [...page.rows, ...without(rows.slice(limit), page.rows, keyOf)], next };
}

function without(rows, others, keyOf) {
  const keys = new Set(others.map(keyOf));
  return rows.filter((row) => !keys.has(keyOf(row)));
}
