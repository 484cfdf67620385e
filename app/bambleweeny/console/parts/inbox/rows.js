// The requests of a bin as rows: items of a list, or messages of a topic, the newest first.
import { text } from "../../en/inbox.js";
import { readJson } from "../api.js";
import { textOf } from "../body_kinds.js";
import { bytesOf, lineOf } from "../json_bytes.js";
import { itemsOf } from "../lists/calls.js";
import { useLive } from "../live.js";
import { usePages } from "../paged.js";
import { headOf, hintIn } from "../public/kept.js";
import { useFeed } from "../topics/feed.js";
import { useEffect, useMemo, useRef, useState } from "../ui.js";

const PREVIEW = 1000;
const HIDDEN_MS = 30_000;
const FIRST = { last: 200 };

// Returns `{ value, error, more, reload, hasNewer }` of the items of a list in a state; `isWhole` is whether they are requests, not only
// bodies, and `hasNewer` whether a hidden tab knows that there are others.
export function useItems(list, state, isWhole, binId) {
  const read = async ({ after, limit, signal }) => {
    const { items, next } = await readJson(itemsOf(list, { state, order: "newest", preview: PREVIEW, after, limit }), signal);
    return { rows: items.map((item) => rowOf(item.id, item.enqueued, item.body, isWhole, item)), next };
  };
  const pages = usePages(read, ({ id }) => id, [list, state, isWhole]);
  useLive(({ event, name }) => (event.startsWith("list.") && name === list) || (event === "bin.call" && name === binId), pages.reload);
  return { ...pages, hasNewer: useNewer(() => read({ limit: 1 }), pages.value) };
}

// NOTE: a hidden tab holds no stream, but the title of its window shows that there are new requests; only the newest is asked for.
function useNewer(readNewest, rows) {
  const [hasNewer, setNewer] = useState(false);
  const latest = useRef();
  latest.current = { readNewest, rows };
  useEffect(() => setNewer(false), [rows]);
  useEffect(() => {
    const look = async () => {
      if (!document.hidden || !latest.current.rows) return;
      const [newest] = (await latest.current.readNewest()).rows;
      if (newest && !latest.current.rows.some(({ id }) => id === newest.id)) setNewer(true);
    };
    const timer = setInterval(() => void look().catch(() => {}), HIDDEN_MS);
    return () => clearInterval(timer);
  }, []);
  return hasNewer;
}

// Returns the same of the messages of a topic.
export function useMessages(topic, isWhole) {
  const feed = useFeed(topic, FIRST, false);
  const value = useMemo(() => feed.rows.map((row) => rowOf(row.id, row.time, row.value, isWhole, { value: row.value })), [feed.rows, isWhole]);
  return { value: feed.isRead || value.length ? value : undefined, error: feed.error, more: undefined, reload: () => {} };
}

// Returns `{ unread, look, lookAtAll }`: the ids that have come since the page was opened and were not looked at.
export function useUnread(rows) {
  const known = useRef(null);
  const [unread, setUnread] = useState(() => new Set());
  useEffect(() => {
    if (!rows) return;
    if (!known.current) return void (known.current = new Set(rows.map(({ id }) => id)));
    const come = rows.filter(({ id }) => !known.current.has(id)).map(({ id }) => id);
    for (const id of come) known.current.add(id);
    const here = new Set(rows.map(({ id }) => id));
    setUnread((last) => (come.length || [...last].some((id) => !here.has(id)) ? new Set([...last, ...come].filter((id) => here.has(id))) : last));
  }, [rows]);
  const look = (id) => setUnread((last) => (last.has(id) ? new Set([...last].filter((other) => other !== id)) : last));
  return { unread, look, lookAtAll: () => setUnread(new Set()) };
}

function rowOf(id, enqueued, body, isWhole, more) {
  const beginning = isWhole ? (textOf(bytesOf(body), true) ?? "") : "";
  const head = isWhole ? headOf(beginning) : null;
  return { ...more, hint: head ? hintIn(beginning) : "", id, time: head?.time ?? enqueued, method: head?.method ?? "", line: head ? (head.path || "/") + (head.query && `?${head.query}`) : lineOf(body, text.binary) || text.emptyBody };
}
