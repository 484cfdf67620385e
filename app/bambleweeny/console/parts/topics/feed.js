// The messages of a topic as they come: read from a beginning, then followed after the last id, so that none is missed and none is twice.
import { readJson } from "../api.js";
import { messagesOf } from "../live.js";
import { request } from "../request.js";
import { useEffect, useRef, useState } from "../ui.js";
import { kept } from "./kept.js";

const PAGE = 1000;
const TOGETHER_MS = 100;

const NOTHING = { rows: [], isCut: false, missed: 0, isRead: false, connection: "connecting", error: null };

class Feed {
  #topic;
  #query;
  #onChange;
  #after;
  #controller;
  #timer;
  #isPaused = false;
  #state = { ...NOTHING, waiting: [] };

  // `begin` is `{ since }` or `{ last }`; `onChange` gets the state, at most every 100 ms.
  constructor(topic, begin, onChange) {
    [this.#topic, this.#query, this.#onChange] = [topic, begin, onChange];
  }

  open() {
    if (this.#controller) return;
    this.#controller = new AbortController();
    void this.#follow(this.#controller.signal);
  }

  close() {
    this.#controller?.abort();
    this.#controller = undefined;
    this.#change({ connection: "paused" });
  }

  // While it is paused, messages wait; then they come all at once.
  pause(isPaused) {
    this.#isPaused = isPaused;
    const { waiting } = this.#state;
    if (!isPaused && waiting.length) this.#keep("rows", waiting, { waiting: [], missed: 0 });
  }

  stop() {
    this.#onChange = () => {};
    clearTimeout(this.#timer);
    this.close();
  }

  async #follow(signal) {
    try {
      await this.#readHistory(signal);
      const onState = (connection) => signal.aborted || this.#change({ connection });
      for await (const message of messagesOf(this.#topic, { since: this.#after, signal, onState })) {
        if (signal.aborted) return;
        this.#add([message]);
      }
    } catch (error) {
      if (!signal.aborted) this.#change({ error, connection: "paused" });
    }
  }

  // NOTE: a page has 1 MB at most, and its `next` stands for the present even if there is no message.
  async #readHistory(signal) {
    let query = this.#after ? { since: this.#after, limit: PAGE } : this.#query;
    for (;;) {
      const { messages, next } = await this.#page(query, signal);
      signal.throwIfAborted();
      this.#add(messages);
      this.#after = next;
      if (!messages.length) break;
      query = { since: next, limit: PAGE };
    }
    this.#change({ isRead: true, error: null });
  }

  // A server that does not answer is asked again, as the stream is.
  async #page(query, signal) {
    for (;;) {
      try {
        return await readJson(request("GET", ["topics", this.#topic], { query }), signal);
      } catch (ex) {
        if (ex.name === "AbortError" || ex.isFinal) throw ex;
        await new Promise((resolve) => setTimeout(resolve, 1000));
        signal.throwIfAborted();
      }
    }
  }

  #add(messages) {
    if (!messages.length) return;
    this.#after = messages.at(-1).id;
    const newest = messages.toReversed();
    if (this.#isPaused) this.#keep("waiting", newest, { missed: this.#state.missed + messages.length });
    else this.#keep("rows", newest);
  }

  // Adds messages to the `rows` or to those that are `waiting`.
  #keep(place, newer, more = {}) {
    const older = this.#state[place];
    const all = kept(newer, older);
    this.#change({ ...more, [place]: all, isCut: this.#state.isCut || all.length < newer.length + older.length });
  }

  #change(fields) {
    this.#state = { ...this.#state, ...fields };
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#onChange(this.#state);
    }, TOGETHER_MS);
  }
}

// Follows a topic while the tab is visible. Returns `{ rows, isCut, missed, isRead, connection, error }`, the newest row first; `isCut` is whether
// older ones were dropped, and `missed` messages wait while it is paused.
export function useFeed(topic, begin, isPaused) {
  const [state, setState] = useState(null);
  const feed = useRef();
  useEffect(() => {
    setState(null);
    const made = (feed.current = new Feed(topic, begin, setState));
    const settle = () => (document.hidden ? made.close() : made.open());
    settle();
    document.addEventListener("visibilitychange", settle);
    return () => {
      document.removeEventListener("visibilitychange", settle);
      made.stop();
    };
  }, [topic, begin.since, begin.last]);
  useEffect(() => feed.current.pause(isPaused), [isPaused, topic, begin.since, begin.last]);
  return state ?? NOTHING;
}
