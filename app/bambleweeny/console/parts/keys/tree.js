// The names that the table of keys shows: pages of the server's cursor, below a prefix and below each open group.
import { readJson } from "../api.js";
import { onEvents } from "../live.js";
import { Observable } from "../observable.js";
import { request } from "../request.js";
import { inTurns } from "../turns.js";
import { useEffect, useMemo, useValue } from "../ui.js";

const DELIMITER = ":";
const PAGE = 200;
const TOGETHER_MS = 120;
const EVERY_MS = 500;
const MOST_NAMES = 1000;
const MOST_REMEMBERED = 50;
// The groups that are open, by prefix: who comes back to the keys finds them open.
const opened = new Map();

// The call that reads a page of keys.
export const listing = (prefix, isFlat, after) => request("GET", ["keys"], { query: { prefix, delimiter: isFlat ? undefined : DELIMITER, after, limit: PAGE, meta: 1 } });

// Returns a tree of the keys that begin with a prefix, or their flat list, which follows the changes on the server.
export function useTree(prefix, isFlat) {
  const tree = useMemo(() => new KeyTree(prefix, isFlat), [prefix, isFlat]);
  useEffect(() => {
    void tree.begin();
    const unwatch = watched(tree);
    return () => {
      unwatch();
      tree.stop();
    };
  }, [tree]);
  useValue(tree.version);
  return tree;
}

// Hands the events of keys to a tree: those of 120 ms together, at most twice a second, and never two readings at once.
function watched(tree) {
  let events = [];
  const refresh = inTurns(async () => {
    await new Promise((resolve) => setTimeout(resolve, TOGETHER_MS));
    const seen = events;
    events = [];
    await tree.refresh(seen);
  }, EVERY_MS);
  return onEvents((event) => {
    if (event.event !== "missed" && !event.event.startsWith("key.")) return undefined;
    if (events.length < MOST_NAMES) events.push(event);
    else events = [{ event: "missed", name: "" }];
    return refresh();
  });
}

// Rows are `{ kind: "key", name, size, ttl, type }`, `{ kind: "group", name, isOpen }` and, at the end of an unfinished open group,
// `{ kind: "more", name }`; each has its `depth` and `below`, the prefix of the group that it is in;
// `page` is the page that it was read with.
class KeyTree {
  version = new Observable(0);
  error = null;
  #nodes = new Map();
  #open;
  #counts = new Map();
  #aborter = new AbortController();
  #readings = new Set();
  #rows = null;

  constructor(prefix, isFlat) {
    Object.assign(this, { prefix, isFlat });
    this.#open = opened.get(prefix) ?? new Set();
    opened.delete(prefix);
    opened.set(prefix, this.#open);
    if (opened.size > MOST_REMEMBERED) opened.delete(opened.keys().next().value);
  }

  get isLoaded() {
    return Boolean(this.#nodes.get(this.prefix)?.pages.length);
  }

  // Returns whether the server has more names after those that are loaded below the prefix.
  get hasMore() {
    return hasMore(this.#nodes.get(this.prefix));
  }

  get rows() {
    this.#rows ??= this.#rowsBelow(this.prefix, 0);
    return this.#rows;
  }

  // Returns the number of keys below a prefix, or undefined if it is not known yet.
  countOf = (prefix) => this.#counts.get(prefix)?.count;
  isCounted = (prefix) => this.#counts.get(prefix)?.isRight === true;

  // Reads the first page below the prefix and below each group that was left open.
  begin = () => Promise.all([this.prefix, ...(this.isFlat ? [] : this.#open)].map(this.more));

  // Opens or closes a group.
  toggle = (prefix) => {
    if (this.#open.delete(prefix)) return this.#changed();
    this.#open.add(prefix);
    this.#changed();
    return this.more(prefix);
  };

  // Reads the next page below a prefix, unless one is being read or all is there.
  more = async (prefix) => {
    const node = this.#nodes.get(prefix) ?? { pages: [], isLoading: false };
    if (node.isLoading || (node.pages.length && !hasMore(node))) return;
    this.#nodes.set(prefix, node);
    node.isLoading = true;
    await this.#reading(async () => node.pages.push(await this.#page(prefix, node.pages.at(-1)?.next)));
    node.isLoading = false;
  };

  count = (prefix) =>
    this.#reading(async (signal) => {
      this.#counts.set(prefix, { count: this.countOf(prefix), isRight: true });
      const { count } = await readJson(request("GET", ["keys"], { query: { prefix, count: 1 } }), signal);
      this.#counts.set(prefix, { count, isRight: true });
    });

  // Marks the pages that changed names are in; all if events were missed. Those in view are read again, the others when they come into view.
  refresh = async (events) => {
    const isAll = events.some(({ event }) => event === "missed");
    for (const [prefix, found] of this.#counts) {
      if (isAll || events.some(({ name }) => name.startsWith(prefix))) found.isRight = false;
    }
    for (const [prefix, { pages }] of [...this.#nodes]) {
      const stale = isAll ? pages : events.filter(({ name }) => name.startsWith(prefix)).map((event) => this.#pageOf(event, prefix, pages));
      for (const page of stale) if (page) page.isStale = true;
      // NOTE: a page without rows is never in view, and then it is the only one.
      if (pages.length === 1 && !pages[0].rows.length) this.freshen(prefix, pages[0]);
    }
    this.#changed();
    // NOTE: the rows in view have asked for their pages when they are drawn.
    await new Promise((resolve) => setTimeout(resolve));
    await Promise.all(this.#readings);
  };

  // Reads a page again that is in view, if it may have changed.
  freshen = (prefix, page) => {
    if (!page.isStale || page.isRead || this.#aborter.signal.aborted) return;
    const { after, next } = page;
    Object.assign(page, { isStale: false, isRead: true });
    const reading = this.#reading(async () => {
      const found = await this.#page(prefix, after, next);
      // NOTE: a page beside it may have left its names to this one meanwhile.
      if (page.after !== after || page.next !== next) return void (page.isStale = true);
      Object.assign(page, found);
      this.#join(this.#nodes.get(prefix).pages, page);
    }).finally(() => {
      page.isRead = false;
      this.#readings.delete(reading);
      // NOTE: it may have become stale meanwhile.
      if (page.isStale) this.#changed();
    });
    this.#readings.add(reading);
  };

  stop = () => this.#aborter.abort();

  // Removes a page that has no rows any more; the one beside it then begins or ends where that did, and is read again if names have come there meanwhile.
  #join(pages, page) {
    const at = pages.indexOf(page);
    if (page.rows.length || pages.length === 1 || at < 0) return;
    const beside = pages[at + 1] ?? pages[at - 1];
    if (at + 1 < pages.length) beside.after = page.after;
    else beside.next = page.next;
    beside.isStale ||= page.isStale;
    pages.splice(at, 1);
  }

  // Returns the loaded page that shows the name of an event, or undefined.
  #pageOf({ event, name }, prefix, pages) {
    const end = this.isFlat ? -1 : name.indexOf(DELIMITER, prefix.length);
    const entry = end < 0 ? name : name.slice(0, end + 1);
    const page = pages.find(({ next }) => next === undefined || entry <= next);
    const isShown = end >= 0 && event === "key.set" && page?.rows.some((row) => row.kind === "group" && row.name === entry);
    return isShown ? undefined : page;
  }

  // Reads one page after a name; up to `end`, if that is known, so that pages join without a gap.
  async #page(prefix, after, end) {
    let [rows, from] = [[], after];
    for (;;) {
      const { keys, prefixes = [], next } = await readJson(listing(prefix, this.isFlat, from), this.#aborter.signal);
      rows.push(...rowsOf(keys, prefixes));
      if (end === undefined) return { after, rows, next };
      if (next === undefined || next >= end) return { after, rows: rows.filter(({ name }) => name <= end), next: end };
      from = next;
    }
  }

  #rowsBelow(prefix, depth) {
    const rows = [];
    const node = this.#nodes.get(prefix);
    for (const row of node?.pages.flatMap((page) => page.rows.map((one) => ({ ...one, page }))) ?? []) {
      const isOpen = row.kind === "group" ? this.#open.has(row.name) : undefined;
      rows.push({ ...row, depth, below: depth ? prefix : "", isOpen });
      if (isOpen) for (const inner of this.#rowsBelow(row.name, depth + 1)) rows.push(inner);
    }
    if (depth && (!node?.pages.length || hasMore(node))) rows.push({ kind: "more", name: prefix, depth, below: prefix });
    return rows;
  }

  async #reading(read) {
    try {
      await read(this.#aborter.signal);
      this.error = null;
    } catch (error) {
      if (this.#aborter.signal.aborted) return;
      this.error = error;
    }
    this.#changed();
  }

  #changed() {
    if (this.#aborter.signal.aborted) return;
    this.#rows = null;
    this.version.value++;
  }
}

const hasMore = (node) => node?.pages.at(-1)?.next !== undefined;

// Joins keys and groups, each in order, to rows in order.
function rowsOf(keys, prefixes) {
  const rows = [...keys.map(({ key, size, ttl, type }) => ({ kind: "key", name: key, size, ttl, type })), ...prefixes.map((name) => ({ kind: "group", name }))];
  return rows.sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : one.kind < other.kind ? 1 : -1));
}
