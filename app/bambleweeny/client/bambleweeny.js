// The client for browsers and Node 18 or newer, with the nouns and verbs of the server's URLs; what is the admin's is left to others.
//
// A value goes in as a string, as bytes (Uint8Array, ArrayBuffer) or as {json: anything}, and comes out as a Value. The last argument
// of a call is an object that can have `signal`, an AbortSignal, and where the API has it `userid`, the user that the admin acts for.
// A read whose connection broke is tried once more, a write never is. `topics.subscribe()` and `events()` are streams for `for await`,
// which connect again by themselves.

export class BambleweenyError extends Error {
  // `status` is 0 where no answer came (`no_answer`, `timed_out`), so that a write may or may not have happened.
  constructor({ info, code, hint, index }, status, cause) {
    super(info, { cause });
    Object.assign(this, { name: "BambleweenyError", info, code, hint, index, status });
  }
}

export class Value {
  constructor(bytes, contentType) { Object.assign(this, { bytes, contentType }); }
  text = () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.bytes);
  json = () => JSON.parse(this.text().replace(/^\ufeff/, ""));
}

export class Client {
  #login; #token; #loggingIn; #renewAt = Infinity;

  // Without a URL it is the server that this module came from. `timeout` are the seconds that a call may take.
  constructor(url = HOME, { username, password, token, timeout = 30 } = {}) {
    Object.assign(this, { url: url.replace(/\/+$/, ""), timeout });
    this.#login = username === undefined ? undefined : { username, password };
    this.#token = token;
    const { set, get, delete: remove, incr } = this.keys;
    Object.assign(this, { set, get, delete: remove, incr, push: this.lists.push, pop: this.lists.pop });
  }

  #json = async (...call) => (await this.#call(...call)).value.json();
  #done = async (...call) => void (await this.#call(...call));

  keys = {
    ...this.#listing("keys"),
    set: (name, value, options) => this.#done("PUT", at("keys", name), { ...options, body: bytesOf(value) }),
    get: async (name, options) => (await this.#call("GET", at("keys", name), options)).value,
    incr: (name, options) => this.#json("POST", at("incr", name), options), // a number beyond 2^53 is rounded
    getMany: async (names, options) => { // a Map of those that are there; all values of 100 names are held to 16 MB
      const [found, wanted] = [new Map(), [...new Set(names)].map(checked)];
      while (wanted.length) {
        const told = await this.#json("GET", "/keys", { ...options, query: { names: wanted.splice(0, 100).join(), values: 1 } });
        for (const { key, value } of told.keys) found.set(key, unpacked(value));
      }
      return found;
    },
  };
  lists = {
    ...this.#listing("lists"),
    push: (name, value, options) => this.#done("POST", at("lists", name), { ...options, body: bytesOf(value) }),
    pushLines: async (name, data, options) =>
      (await this.#json("POST", at("lists", name), { ...options, query: { split: "lines" }, body: bytesOf(data) })).items,
    pop: async (name, { wait, ...options } = {}) => { // undefined where there is none, after `wait` seconds (30 at most)
      const answer = await this.#call("POST", `${at("lists", name)}/pop`, { ...options, query: { wait }, wait: parseInt(wait ?? 0) });
      return answer.status === 204 ? undefined : answer.value;
    },
  };
  routes = {
    ...this.#published("routes"),
    create: (key, contentType = "text/plain", options = {}) => this.#publish("routes", { key, content_type: contentType }, options),
    read: async (id, options) => (await this.#call("GET", at("routes", id), { ...options, isPublic: true })).value,
  };
  bins = {
    ...this.#published("bins"),
    create: (list, options) => this.#publish("bins", { list }, options),
    post: (id, data, options) => this.#done("POST", at("bins", id), { ...options, isPublic: true, body: bytesOf(data) }),
  };
  tokens = {
    create: () => this.#logIn(),
    test: (options) => this.#json("GET", "/auth/test", { ...options, isPublic: !this.#login && !this.#token }),
  };
  topics = {
    ...this.#listing("topics"),
    publish: async (name, value, { type = value?.json === undefined ? undefined : "application/json", ...options } = {}) =>
      (await this.#json("POST", at("topics", name), { ...options, headers: type && { "Content-Type": type }, body: bytesOf(value) })).id,
    read: async (name, { since, wait, limit, ...options } = {}) => { // the messages, with `next`, the id after which to read on
      const told = await this.#json("GET", at("topics", name), { ...options, query: { since, wait, limit }, wait: parseInt(wait ?? 0) });
      return Object.assign(told.messages.map(messageOf), { next: told.next });
    },
    subscribe: (name, options) => this.#subscribe(name, options),
  };
  // Yields {event, name} for what happens to keys and lists: `key.set`, `key.del` or `list.push`. `keys` and `lists` are names with commas
  // between, with a * at the end for any rest. What happens while there is no connection is missed; `onState` is that of `subscribe`.
  events = ({ keys, lists, ...options } = {}) => this.#follow("/events", () => ({ keys, lists }), { ...options, openAfter: 2 });
  batch = (options) => new Batch((request) => this.#json("POST", "/batch", { ...options, ...request }), options?.atomic);
  about = (options) => this.#json("GET", "/", { ...options, isPublic: true });
  health = (options) => this.#json("GET", "/healthz", { ...options, isPublic: true });

  async setPassword(password, { current = this.#login?.password, ...options } = {}) {
    await this.#done("PUT", "/auth/password", { ...options, json: { current, password } });
    if (this.#login) [this.#login.password, this.#token] = [password, undefined];
  }
  // Yields the messages of a topic as they come: {id, time, type, value}. `since` is that of `read`; without it they are those from now on.
  // A connection that breaks is made again, after a pause that doubles up to 15 s and with a new token where the old one has expired,
  // and goes on behind the last message: none is missed or given twice while the topic keeps it. What fails before the first connection
  // is thrown, and later on what another try cannot mend. `break` and `signal` end it. `onState` is called with "open" when all that
  // comes from now on will be seen, and with "broken" and the error.
  async *#subscribe(name, { since, ...options } = {}) {
    if (options.signal?.aborted) return;
    const { userid, signal } = options;
    const begun = await this.topics.read(name, { since, limit: 1, userid, signal }).catch(unless(signal));
    if (begun) yield* begun;
    let last = begun?.next; // an id from here on: a duration would begin later with each connection
    const rows = this.#follow(at("topics", name), () => ({ since: last }), { ...options, openAfter: 1, hasBegun: true });
    for await (const row of rows) {
      last = row.id;
      yield messageOf(row);
    }
  }
  // The stream is complete after its first `openAfter` empty lines.
  async *#follow(path, query, { userid, signal, onState = () => {}, openAfter, hasBegun = false }) {
    for (let pause = SHORTEST_PAUSE; !signal?.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      let emptyLines = 0;
      let lost;
      try {
        const stream = await this.#call("GET", path, { query: query(), userid, signal, headers: { Accept: "application/x-ndjson" }, isStream: true });
        for await (const line of linesOf(stream, this.url)) {
          if (signal?.aborted) return;
          if (line) yield JSON.parse(line);
          else if (++emptyLines === openAfter) {
            [hasBegun, pause] = [true, SHORTEST_PAUSE];
            onState("open");
          }
        }
      } catch (error) {
        if (signal?.aborted) return;
        if (!hasBegun || !isPassing(error)) throw error;
        lost = error;
      }
      onState("broken", lost);
      await pauseFor(pause * (0.5 + Math.random() / 2), signal);
    }
  }
  #listing(noun) {
    const list = async ({ prefix = "", ...options } = {}) =>
      (await this.#json("GET", `/${noun}`, options))[noun].filter(({ key }) => key.startsWith(prefix)).map(entryOf);
    const names = async function* () { for (const { name } of await list()) yield name; };
    return { list, delete: (name, options) => this.#done("DELETE", at(noun, name), options), [Symbol.asyncIterator]: names };
  }
  #published(noun) {
    const list = async (options) => (await this.#json("GET", `/${noun}`, options))[noun].map((row) => placeOf(this.url, row));
    return { list, delete: (id, options) => this.#done("DELETE", `/${noun}`, { ...options, query: { id } }) };
  }
  #publish = async (noun, json, options) => placeOf(this.url, { ...json, ...(await this.#json("POST", `/${noun}`, { ...options, json })) });
  async #logIn() {
    const told = await this.#json("POST", "/auth/token", { json: this.#login ?? {}, isPublic: true, isSafe: true });
    this.#renewAt = performance.now() + 1000 * (told.expires_in - Math.min(30, told.expires_in / 10));
    return (this.#token = told.access_token);
  }
  async #goodToken() {
    if (this.#token !== undefined && performance.now() < this.#renewAt) return this.#token;
    if (!this.#login) throw failure("unauthorized", "Unauthorized.", 401, "Give a username and a password, or a token.");
    return (this.#loggingIn ??= this.#logIn().finally(() => (this.#loggingIn = undefined)));
  }
  async #call(method, path, { isPublic, isSafe = method === "GET", ...request } = {}) {
    const send = (token) => this.#exchange(method, path, token, request);
    const sendAgain = (token) => (error) => (isSafe && error.code === "no_answer" ? send(token) : Promise.reject(error));
    if (isPublic) return send().catch(sendAgain());
    const token = await this.#goodToken();
    return send(token).catch(sendAgain(token)).catch(async (error) => {
      if (error.status !== 401 || !this.#login) throw error;
      if (this.#token === token) this.#token = undefined;
      return send(await this.#goodToken()); // what was refused has not happened
    });
  }
  async #exchange(method, path, token, { query, userid, signal, wait = 0, json, body = json && JSON.stringify(json), headers, isStream }) {
    const given = Object.entries({ ...query, userid }).filter(([, value]) => value !== undefined);
    if (token !== undefined) headers = { ...headers, Authorization: `Bearer ${token}` };
    const [limit, abort] = abortable();
    const timer = setTimeout(abort, 1000 * (this.timeout + wait));
    const ways = { signal: signal ? AbortSignal.any([signal, limit]) : limit, cache: "no-store", credentials: "omit", redirect: "error" };
    try {
      const answer = await fetch(this.url + path + (given.length ? `?${new URLSearchParams(given)}` : ""), { method, headers, body, ...ways });
      if (answer.ok && isStream) return { reader: answer.body.getReader(), abort };
      const value = new Value(new Uint8Array(await answer.arrayBuffer()), answer.headers.get("Content-Type") ?? "");
      if (!answer.ok) throw refusal(answer.status, value, this.url);
      return { status: answer.status, value };
    } catch (error) {
      if (error instanceof BambleweenyError) throw error;
      if (signal?.aborted) throw signal.reason;
      if (limit.aborted) throw failure("timed_out", `${this.url} did not answer in time.`, 0, undefined, error);
      throw failure("no_answer", `${this.url} did not answer.`, 0, "Is it there, and may this page call it (--cors-origins)?", error);
    } finally {
      clearTimeout(timer);
    }
  }
}

// Up to 10,000 operations that `send()` sends in one request. Each gives a result whose `value` is there after that: what the single
// call gives, or it throws its error (which has no status here).
class Batch {
  #added = [];
  constructor(run, atomic) { Object.assign(this, { run, atomic }); }
  set = (name, value) => this.#add(() => undefined, "set", name, packed(value));
  get = (name) => this.#add(unpacked, "get", name);
  delete = (name) => this.#add(() => undefined, "del", name);
  incr = (name, step = 1) => this.#add(Number, "incr", name, step);
  push = (name, value) => this.#add(() => undefined, "push", name, packed(value));
  pop = (name) => this.#add((item) => (item === null ? undefined : unpacked(item)), "pop", name);
  async send() {
    const added = this.#added.splice(0);
    const isSafe = added.every(({ operation }) => operation[0] === "get");
    const request = { query: { atomic: this.atomic ? 1 : 0 }, json: added.map(({ operation }) => operation), isSafe };
    const outcomes = await this.run(request).catch((error) => {
      for (const { result } of added) result.error = error;
      throw error;
    });
    outcomes.forEach(({ ok, error }, index) => Object.assign(added[index].result, { ok, error: error && new BambleweenyError(error) }));
  }
  #add(read, ...operation) {
    const result = {
      error: new Error("The batch has not been sent."),
      get value() {
        if (this.error) throw this.error;
        return read(this.ok);
      },
    };
    this.#added.push({ operation, result });
    return result;
  }
}

const [SHORTEST_PAUSE, LONGEST_PAUSE] = [250, 15_000];
const LONGEST_SILENCE = 45_000; // a stream has an empty line every 15 seconds
const HOME = import.meta.url.startsWith("http") ? new URL(".", import.meta.url).href : "http://127.0.0.1:8080";
const at = (noun, name) => `/${noun}/${checked(name)}`;
const entryOf = ({ key, owner }) => ({ name: key, owner: Number(owner) });
const placeOf = (url, { path, info, content_type: contentType, ...rest }) =>
  ({ id: path.split("/").pop(), path, url: url + path, ...rest, ...(contentType && { contentType }) });
const messageOf = ({ id, time, type, value }) => ({ id, time, type, value: unpacked(value) });
const failure = (code, info, status, hint, cause) => new BambleweenyError({ code, info, hint }, status, cause);

function refusal(status, value, url) {
  try {
    return new BambleweenyError(value.json(), status);
  } catch {
    return failure("error", `${url} answered ${status} with something that is not its own.`, status);
  }
}
// Can another try mend it?
const isPassing = ({ status }) => [0, 429, 502, 503, 504].includes(status);
// Swallows an error where the signal was given.
const unless = (signal) => (error) => { if (!signal?.aborted) throw error; };

function abortable() {
  const controller = new AbortController();
  return [controller.signal, () => controller.abort()];
}
function pauseFor(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, milliseconds);
    function finish() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", finish);
      resolve();
    }
    signal?.addEventListener("abort", finish);
  });
}
async function* linesOf({ reader, abort }, url) {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest = "";
  try {
    while (true) {
      const timer = setTimeout(abort, LONGEST_SILENCE);
      const { done, value } = await reader.read().catch((error) => {
        throw failure("no_answer", `The connection to ${url} broke.`, 0, undefined, error);
      }).finally(() => clearTimeout(timer));
      if (done) return;
      const lines = decoder.decode(value, { stream: true }).split("\n");
      lines[0] = rest + lines[0];
      rest = lines.pop();
      yield* lines;
    }
  } finally {
    abort(); // which frees the stream's place at the server
  }
}
function checked(name) { // a browser takes . and .. in a path for directions
  if (/^(?!\.\.?$)[A-Za-z0-9_:.-]{1,255}$/.test(name)) return name;
  throw failure("invalid_name", "Name is invalid.", 400, "Use 1 to 255 of A-Z a-z 0-9 _ : . -, but not . or .. alone.");
}
function bytesOf(value) {
  if (value instanceof Value) return value.bytes;
  const text = typeof value === "string" ? value : JSON.stringify(value?.json);
  if (text !== undefined) return new TextEncoder().encode(text);
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new TypeError("A value is a string, a Uint8Array, an ArrayBuffer or {json: anything}.");
}
function packed(value) {
  if (typeof value === "string") return value;
  return { base64: btoa(Array.from(bytesOf(value), (byte) => String.fromCharCode(byte)).join("")) };
}
function unpacked(value) {
  if (typeof value === "string") return new Value(bytesOf(value), "text/plain; charset=utf-8");
  return new Value(Uint8Array.from(atob(value.base64), (letter) => letter.charCodeAt(0)), "text/plain");
}
