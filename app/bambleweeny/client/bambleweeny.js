// The client for browsers and Node 18 or newer, with the nouns and verbs of the server's URLs. It has no calls for the admin.
//
// Pass a value as a string, as bytes (Uint8Array, ArrayBuffer) or as {json: anything}; calls return a Value. The last argument of a call
// is an object with options: those of the HTTP call, named as in the Python client but in camelCase; `signal`, an AbortSignal; and, if the
// API has it, `userid`, the user for which the admin acts. An option that a call does not take throws a TypeError.
// If the connection breaks, a read is retried once; a write never is, except a push with an idempotency key and the reset of a sandbox.
// `topics.subscribe()`, `events()` and `followAudit()` are streams for `for await`, and reconnect automatically.

export class BambleweenyError extends Error {
  // `status` is 0 if there was no answer (`no_answer`, `timed_out`): a write may or may not have happened. `retryAfter` is in seconds, if the answer has it.
  constructor({ info, code, hint, index, ...details }, status, cause) { // `details` are the further fields of the answer
    super(info, { cause });
    Object.assign(this, { name: "BambleweenyError", info, code, hint, index, details, status });
  }
}

export class Value {
  // A key that was read alone has its ETag as `etag`, which `ifMatch` takes, and the seconds until it expires as `ttl`, or null.
  constructor(bytes, contentType, etag = null, ttl = null) { Object.assign(this, { bytes, contentType, etag, ttl }); }
  text = () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.bytes);
  json = () => JSON.parse(this.text().replace(/^\ufeff/, ""));
}

export class Client {
  #login; #token; #loggingIn; #renewAt = Infinity;

  // The default URL is that of the server from which this module was loaded. `timeout` is the maximum time of a call in seconds, without `wait`.
  constructor(url = HOME, options) {
    const { username, password, token, timeout = 30 } = Object.fromEntries(given("username password token timeout", options));
    const { protocol, username: user } = new URL(url, globalThis.location?.href);
    if (!/^https?:$/.test(protocol) || user || /[?#]/.test(url)) throw new TypeError("A server's URL is http or https, without user, query and fragment.");
    Object.assign(this, { url: url.replace(/\/+$/, ""), timeout });
    this.#login = username === undefined ? undefined : { username, password };
    this.#token = token;
    const { set, get, delete: remove, incr } = this.keys;
    Object.assign(this, { set, get, delete: remove, incr, push: this.lists.push, pop: this.lists.pop });
  }

  #json = async (...call) => (await this.#call(...call)).value.json();
  #done = async (...call) => void (await this.#call(...call));
  #page = async (path, request, rows, read) => {
    const page = await this.#json("GET", path, request);
    return Object.assign(page[rows].map(read), { next: page.next });
  };
  #value = async (...call) => { // undefined if there is no value (204), or it has not changed (304)
    const { status, value } = await this.#call(...call);
    return status === 204 || status === 304 ? undefined : value;
  };

  keys = {
    ...this.#listing("keys", CONDITIONAL),
    set: async (name, value, options) => this.#done("PUT", at("keys", name), sending(value, WRITING, options)),
    replace: async (name, value, options) => this.#value("PUT", at("keys", name), sending(value, WRITING, options, { return: "old" })),
    get: async (name, options) => this.#value("GET", at("keys", name), sorted(`touch path wait ${CONDITIONAL}`, options)),
    take: async (name, options) => this.#value("DELETE", at("keys", name), sorted(CONDITIONAL, options, { return: "old" })),
    expire: async (name, ttl, options) => this.#done("PATCH", at("keys", name), sorted(CONDITIONAL, options, { ttl: String(ttl) })),
    persist: async (name, options) => this.#done("PATCH", at("keys", name), sorted(CONDITIONAL, options, { ttl: "none" })),
    // `incr(name, 5)` or `incr(name, { by: 5, max: 10 })`; a number above 2^53 is rounded
    incr: async (name, by, options) => this.#json("POST", at("incr", name), sorted(`by ${COUNTING} ${ACTING}`, counting(by, options))),
    getMany: async (names, options) => { // returns a Map of the keys that exist; the values of each 100 names may have 16 MB together
      const [found, wanted] = [new Map(), [...new Set(names)].map(checked)];
      while (wanted.length) {
        const request = sorted(ACTING, options, { names: wanted.splice(0, 100).join(), values: 1 });
        for (const { key, value } of (await this.#json("GET", "/keys", request)).keys) found.set(key, unpacked(value));
      }
      return found;
    },
  };
  lists = {
    ...this.#listing("lists", ACTING, "stats "),
    listStats: async (options) => this.lists.list({ ...options, stats: true }), // the rows of `list` with the counts of their lists
    push: async (name, value, options) =>
      (await this.#json("POST", at("lists", name), sending(value, `${PUSHING} key idempotencyKey ${ACTING}`, options))).id,
    pushLines: async (name, data, options) =>
      (await this.#json("POST", at("lists", name), sending(data, `${PUSHING} ${ACTING}`, options, { split: "lines" }))).items,
    // undefined if the list is still empty after `wait` seconds (30 at most)
    pop: async (name, options) => this.#value("POST", `${at("lists", name)}/pop`, sorted(`wait ${ACTING}`, options)),
    popMany: async (name, max = 100, options) =>
      (await this.#json("POST", `${at("lists", name)}/pop`, sorted(`wait ${ACTING}`, options, { max }))).map(unpacked),
    // looks at a page of items, which stay in the list; their `next` is the `after` of the next page, or null
    items: async (name, options) => this.#page(
      `${at("lists", name)}/items`, sorted(`state order limit after wait preview ${ACTING}`, options), "items", ({ body, ...item }) => ({ ...item, value: unpacked(body) })),
    // makes an item ready, or dead for a `reason`; both return the `list`, `id` and `state` that it has then
    deliver: async (name, id, options) => this.#json("PATCH", at("lists", name) + at("items", id), sorted(ACTING, options, { state: "ready" })),
    bury: async (name, id, options) => this.#json("PATCH", at("lists", name) + at("items", id), sorted(`reason ${ACTING}`, options, { state: "dead" })),
  };
  routes = {
    ...this.#published("routes"),
    create: async (key, contentType = "text/plain", options) =>
      this.#publish("routes", { key, content_type: contentType }, sorted(ACTING, options)),
    import_: async (from, json, options) => this.#publish("routes", json, sorted(`name prefix only journal ${ACTING}`, options, { from }), "POST", {}),
    verify: async (id, json = {}, options) =>
      (await this.#json("POST", "/routes/verify", { ...sorted(`wait since ${ACTING}`, options, { id }), json })).matching,
    reset: async (id, options) => this.#done("POST", "/routes/reset", sorted(ACTING, options, { id })),
    read: async (id, options) => this.#value("GET", atPublic("routes", id), { ...sorted("signal", options), isPublic: true }),
  };
  bins = {
    ...this.#published("bins"),
    create: async (list, options) => this.#publish("bins", { list }, sorted(ACTING, options)),
    post: async (id, data, options) => this.#done("POST", atPublic("bins", id), { ...sending(data, "signal", options), isPublic: true }),
  };
  tokens = {
    create: async (options) => this.#logIn(sorted("signal", options)),
    test: async (options) => this.#json("GET", "/auth/test", { ...sorted("signal", options), isPublic: !this.#login && !this.#token }),
    // Named tokens: `add` and `rotate` return a token with its text as `token`, which the server never shows again.
    add: async (name, scopes, options) => this.#json("POST", "/tokens", asJson(`ttl rate ${ACTING}`, options, { name, scopes })),
    list: async (options) => (await this.#json("GET", "/tokens", sorted(ACTING, options))).tokens,
    change: async (id, options) => this.#json("PATCH", at("tokens", id), asJson(`name scopes ttl rate ${ACTING}`, options)),
    rotate: async (id, options) => this.#json("POST", `${at("tokens", id)}/rotate`, sorted(`overlap ${ACTING}`, options)),
    revoke: async (id, options) => this.#done("DELETE", at("tokens", id), sorted(ACTING, options)),
    revokeAll: async (options) => (await this.#json("DELETE", "/tokens", sorted(ACTING, options, { confirm: 1 }))).revoked,
    revokeText: async (token, options) => this.#done("POST", "/auth/revoke", { ...asJson("signal", options, { token }), isPublic: true }), // no login
    introspect: async (token, options) => this.#json("POST", "/auth/introspect", { ...asJson("signal", options, { token }), isSafe: true }),
  };
  // Only `create` returns the `token` of a sandbox; a client with it works inside, and its id is "self". The `seed`, the lines of an export, is text, bytes, a record or an array of records, with bytes or {json: anything} as values.
  sandboxes = {
    create: async (seed, options) => this.#json("POST", "/sandboxes", { ...sorted(`ttl name from ${ACTING}`, options), body: seed && bytesOf(linesFrom(seed)), isPublic: !this.#login && !this.#token }),
    list: async (options) => (await this.#json("GET", "/sandboxes", sorted(ACTING, options))).sandboxes,
    get: async (id, options) => this.#json("GET", at("sandboxes", id), sorted(ACTING, options)),
    extend: async (id, ttl, options) => this.#json("PATCH", at("sandboxes", id), sorted(ACTING, options, { ttl })),
    delete: async (id, options) => this.#done("DELETE", at("sandboxes", id), sorted(ACTING, options)),
    reset: async (id, options) => this.#done("POST", `${at("sandboxes", id)}/reset`, { ...sorted(`to deleteSnapshots ${ACTING}`, options), isSafe: true }),
    snapshot: async (id, name, options) => this.#done("PUT", at("sandboxes", id) + at("snapshots", name), sorted(ACTING, options)),
    deleteSnapshot: async (id, name, options) => this.#done("DELETE", at("sandboxes", id) + at("snapshots", name), sorted(ACTING, options)),
  };
  logout = async (options) => { // ends the session; a client with a password logs in again at its next call
    if (this.#token || !this.#login) await this.#done("POST", "/auth/logout", sorted("signal", options));
    this.#token = undefined;
  };
  topics = {
    ...this.#listing("topics"),
    publish: async (name, value, options) => {
      const request = sending(value, `type ${ACTING}`, options);
      if (value?.json !== undefined) request.headers["Content-Type"] ??= "application/json";
      return (await this.#json("POST", at("topics", name), request)).id;
    },
    // returns an array of messages; its `next` is the cursor, to pass as `since`
    read: async (name, options) => this.#page(at("topics", name), sorted(`since last wait limit ${ACTING}`, options), "messages", messageOf),
    subscribe: (name, options) => this.#subscribe(name, sorted(`since last onState ${ACTING}`, options)),
  };
  // Yields {event, name} for each `key.set`, `key.del` and `list.push`, or for the `kinds`, such as "list.pop,list.dead" or "*". `keys`, `lists`, `topics`, `routes`
  // and `bins` are comma-separated names; one that ends with * is a prefix. Events without a connection are lost. `onState` is that of `subscribe`.
  events = (options) => this.#events(sorted(`keys lists topics routes bins kinds onState ${ACTING}`, options));
  #events = ({ query, ...ways }) => this.#follow("/events", () => query, { ...ways, openAfter: 2 });
  usage = async (options) => this.#json("GET", "/usage", sorted(ACTING, options)); // counts, `limits` (0 is none) and `traffic` by day
  // returns an array of entries; its `next` is the cursor, to pass as `after`
  audit = async (options) => this.#page("/audit", sorted(`since action after limit last ${ACTING}`, options), "entries", (entry) => entry);
  // Yields the entries of the audit trail from now on, or after `after`; `onState` is that of `subscribe`.
  followAudit = (options) => this.#followAudit(sorted(`action after onState ${ACTING}`, options));
  batch = (options) => this.#batch(sorted(`atomic ${ACTING}`, options));
  #batch = (ways) => new Batch((request) => this.#json("POST", "/batch", { ...ways, ...request }));
  about = async (options) => this.#json("GET", "/", { ...sorted("signal", options), isPublic: true });
  health = async (options) => this.#json("GET", "/healthz", { ...sorted("signal", options), isPublic: true });

  async setPassword(password, options) {
    const { query: { current = this.#login?.password }, signal } = sorted("current signal", options);
    await this.#done("PUT", "/auth/password", { signal, json: { current, password } });
    if (this.#login) [this.#login.password, this.#token] = [password, undefined];
  }
  // Yields the messages of a topic as they arrive: {id, time, type, value}. `since` and `last` are those of `read`; the default is from now on. After the
  // connection breaks, the client reconnects after a pause that doubles up to 15 s, with a new token if the old one has expired, and
  // continues after the last message: no message is lost or repeated while the topic keeps it. An error before the first connection is
  // thrown, and later only an error that a retry cannot solve. `break` and `signal` end the stream. `onState` is called with "open" when
  // every message from now on will be seen, and with "broken" and the error.
  async *#subscribe(name, { query: { since, last: newest, userid }, ...ways }) {
    const { signal } = ways;
    if (signal?.aborted) return;
    const begun = await this.topics.read(name, { since, last: newest, limit: newest === undefined ? 1 : undefined, userid, signal }).catch(unless(signal));
    if (begun) yield* begun;
    let last = begun?.next; // an id: a duration would select later messages at each reconnection
    const rows = this.#follow(at("topics", name), () => ({ since: last, userid }), { ...ways, openAfter: 1, hasBegun: true });
    for await (const row of rows) {
      last = row.id;
      yield messageOf(row);
    }
  }
  async *#followAudit({ query: { after, action, userid }, ...ways }) {
    after ??= (await this.audit({ last: 0, userid, signal: ways.signal }).catch(unless(ways.signal)))?.next;
    for await (const entry of this.#follow("/audit", () => ({ after, action, userid }), { ...ways, openAfter: 1, hasBegun: true })) {
      after = entry.id;
      yield entry;
    }
  }
  // The stream is open after `openAfter` empty lines.
  async *#follow(path, query, { signal, onState = () => {}, openAfter, hasBegun = false }) {
    for (let pause = SHORTEST_PAUSE; !signal?.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      let emptyLines = 0;
      let lost;
      try {
        const stream = await this.#call("GET", path, { query: query(), signal, headers: { Accept: "application/x-ndjson" }, isStream: true });
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
      await pauseFor(Math.max(pause * (0.5 + Math.random() / 2), 1000 * Math.min(lost?.retryAfter ?? 0, 60)), signal);
    }
  }
  #listing(noun, deleting = ACTING, more = "") {
    const list = async (options) => { // for the admin, the names of all users unless a part or a user is selected
      const { query, signal } = sorted(`${more}prefix after limit ${ACTING}`, options);
      const fetchPage = (part) => this.#json("GET", `/${noun}`, { query: { ...query, ...part }, signal });
      if (!query.prefix && !query.after && !query.stats && query.limit === undefined) return (await fetchPage())[noun].map(entryOf);
      const rows = [];
      let { after, limit = Infinity } = query;
      do {
        const page = await fetchPage({ after, limit: Math.min(limit - rows.length, 1000) });
        rows.push(...page[noun]);
        after = page.next;
      } while (after !== undefined && rows.length < limit);
      return rows.map(entryOf);
    };
    const count = async (options) => (await this.#json("GET", `/${noun}`, sorted(`prefix ${ACTING}`, options, { count: 1 }))).count;
    const names = async function* () { for (const { name } of await list()) yield name; };
    const remove = async (name, options) => this.#done("DELETE", at(noun, name), sorted(deleting, options));
    return { list, count, delete: remove, [Symbol.asyncIterator]: names };
  }
  #published(noun) {
    const set = async (json, options) => { // with a document; with `id` it replaces the document of that route or bin
      const ways = sorted(`id ${ACTING}`, options);
      const { verify, challenge, ...known } = json; // these have secrets
      return this.#publish(noun, json, ways, ways.query.id === undefined ? "POST" : "PUT", known);
    };
    const get = async (id, options) => this.#json("GET", `/${noun}`, sorted(ACTING, options, { id })); // a document; each secret in it is "[secret]"
    const list = async (options) => (await this.#json("GET", `/${noun}`, sorted(ACTING, options)))[noun].map((row) => placeOf(this.url, noun, row));
    return { list, set, get, url: async (name, options) => (await ((await list(options)).find((one) => one.name === name) ?? Promise.reject(failure("not_found", `You have no ${noun.slice(0, -1)} '${name}'.`, 404)))).url, delete: async (id, options) => this.#done("DELETE", `/${noun}`, sorted(ACTING, options, { id })) };
  }
  #publish = async (noun, json, ways, method = "POST", known = json) => placeOf(this.url, noun, { ...known, ...(await this.#json(method, `/${noun}`, { ...ways, json })) });
  async #logIn({ signal } = {}) {
    const answer = await this.#json("POST", "/auth/token", { json: this.#login ?? {}, isPublic: true, isSafe: true, signal });
    this.#renewAt = performance.now() + 1000 * (answer.expires_in - Math.min(30, answer.expires_in / 10));
    return (this.#token = answer.access_token);
  }
  async #goodToken() {
    if (this.#token !== undefined && performance.now() < this.#renewAt) return this.#token;
    if (!this.#login) throw failure("unauthorized", "Unauthorized.", 401, "Give a username and a password, or a token.");
    return (this.#loggingIn ??= this.#logIn().finally(() => (this.#loggingIn = undefined)));
  }
  async #call(method, path, { isPublic, isSafe = method === "GET", ...request }) {
    isSafe ||= request.headers?.["Idempotency-Key"] !== undefined;
    const send = (token) => this.#exchange(method, path, token, request);
    const sendAgain = (token) => (error) => (isSafe && error.code === "no_answer" ? send(token) : Promise.reject(error));
    if (isPublic) return send().catch(sendAgain());
    const token = await this.#goodToken();
    return send(token).catch(sendAgain(token)).catch(async (error) => {
      if (error.status !== 401 || !this.#login || token.startsWith("b9y_")) throw error; // a named token is never renewed
      if (this.#token === token) this.#token = undefined;
      return send(await this.#goodToken()); // the server did not run the request that it refused
    });
  }
  async #exchange(method, path, token, { query = {}, signal, json, body = json && JSON.stringify(json), headers, isStream }) {
    const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined)).toString();
    if (token !== undefined) headers = { ...headers, Authorization: `Bearer ${token}` };
    const [limit, abort] = abortable();
    const timer = setTimeout(abort, 1000 * (this.timeout + parseInt(query.wait ?? 0)));
    const ways = { signal: signal ? AbortSignal.any([signal, limit]) : limit, cache: "no-store", credentials: "omit", redirect: "error" };
    try {
      const answer = await fetch(this.url + path + (asked && `?${asked}`), { method, headers, body, ...ways });
      if (answer.ok && isStream) return { reader: answer.body.getReader(), abort };
      const [type, etag, ttl, retryAfter] = ["Content-Type", "ETag", "B9Y-TTL", "Retry-After"].map((name) => answer.headers.get(name));
      const value = new Value(new Uint8Array(await answer.arrayBuffer()), type ?? "", etag, ttl && Number(ttl));
      if (!answer.ok && answer.status !== 304) throw Object.assign(refusal(answer.status, value, this.url), /^\d+$/.test(retryAfter) && { retryAfter: Number(retryAfter) });
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

// Up to 10,000 operations that `send()` sends in one request. Each method returns a result, whose `value` after that is the return value
// of the same call outside a batch; reading it throws the error of the operation (which has no status here).
class Batch {
  #added = [];
  constructor(run) { Object.assign(this, { run }); }
  set = (name, value, options) => this.#add(() => undefined, ["set", name, packed(value)], "ttl keepTtl keepttl type ifMatch ifNoneMatch", options);
  get = (name, options) => this.#add(unpacked, ["get", name], "", options);
  delete = (name, options) => this.#add(() => undefined, ["del", name], "ifMatch ifNoneMatch", options);
  incr = (name, by, options) => {
    const { by: step = 1, ...bounds } = counting(by, options);
    return this.#add(Number, ["incr", name, step], COUNTING, bounds);
  };
  push = (name, value, options) => this.#add(() => undefined, ["push", name, packed(value)], PUSHING, options);
  pop = (name, options) => this.#add((item) => (item === null ? undefined : unpacked(item)), ["pop", name], "", options);
  publish = (name, value, options) => this.#add(String, ["publish", name, packed(value)], "", options);
  async send() {
    const added = this.#added.splice(0);
    const isSafe = added.every(({ operation }) => operation[0] === "get");
    const outcomes = await this.run({ json: added.map(({ operation }) => operation), isSafe }).catch((error) => {
      for (const { result } of added) result.error = error;
      throw error;
    });
    outcomes.forEach(({ ok, error }, index) => Object.assign(added[index].result, { ok, error: error && new BambleweenyError(error) }));
  }
  #add(read, operation, names, options) {
    const more = given(names, options).map(([name, value]) => [IN_BATCH[name] ?? name, value]);
    if (more.length) operation.push(Object.fromEntries(more));
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

// The options of calls, and their names in HTTP and in a batch if these differ.
const ACTING = "userid signal";
const CONDITIONAL = `ifMatch ifNoneMatch ${ACTING}`;
const WRITING = `ttl keepTtl keepttl type ${CONDITIONAL}`;
const [COUNTING, PUSHING, KEY] = ["ttl max min", "delay ttl front", "Idempotency-Key"];
const [OURS, PARAMETERS] = [["signal", "onState"], { keepTtl: "keepttl", deleteSnapshots: "delete_snapshots" }];
const HEADERS = { type: "Content-Type", ifMatch: "If-Match", ifNoneMatch: "If-None-Match", key: KEY, idempotencyKey: KEY };
const IN_BATCH = { keepTtl: "keepttl", ifMatch: "if_match", ifNoneMatch: "if_none_match" };
const [SHORTEST_PAUSE, LONGEST_PAUSE, LONGEST_SILENCE] = [250, 15_000, 45_000]; // the server sends an empty line every 15 seconds
const HOME = import.meta.url.startsWith("http") ? new URL(".", import.meta.url).href : "http://127.0.0.1:8080";
const at = (noun, name) => `/${noun}/${checked(name)}`;
const atPublic = (noun, id) => (/^@[A-Za-z0-9_:.@+-]+(~[a-z0-9]{6})?\/(?!\.+$)[A-Za-z0-9_.-]+$/.test(id) ? `/${noun}/${id}` : at(noun, id));
const entryOf = ({ key, owner, ...counts }) => ({ name: key, owner: Number(owner), ...counts });
const placeOf = (url, noun, { path, info, content_type: contentType, named_path: namedPath, ends_at: endsAt, ...rest }, prefix = `/${noun}/`) => // a proxy may change what is before it
  ({ id: path.split(prefix).pop(), path, url: url + prefix + (namedPath ?? path).split(prefix).pop(), ...rest, ...(namedPath && { namedPath }), ...(contentType && { contentType }), ...(endsAt && { endsAt }) });
const messageOf = ({ id, time, type, value }) => ({ id, time, type, value: unpacked(value) });
const failure = (code, info, status, hint, cause) => new BambleweenyError({ code, info, hint }, status, cause);

// Sorts the options of a call into the query, headers and other fields of a request for `#call`. `names` are the options that it takes.
function sorted(names, options, query = {}) {
  const request = { query: { ...query }, headers: {} };
  for (const [name, value] of given(names, options)) {
    const header = HEADERS[name];
    const [into, word] = OURS.includes(name) ? [request, name] : header ? [request.headers, header] : [request.query, PARAMETERS[name] ?? name];
    if (word in into) throw new TypeError(`The option '${name}' is given twice.`);
    into[word] = value === true ? 1 : value;
  }
  return request;
}
function asJson(...call) {
  const { query: { userid, ...json }, ...request } = sorted(...call);
  return { ...request, query: { userid }, json };
}
const sending = (value, ...options) => ({ ...sorted(...options), body: bytesOf(value) });
// Returns the options that are set (neither undefined nor false) as entries. Throws a TypeError for a name that is not among `names`.
function given(names, options = {}) {
  if (Object(options) !== options) throw new TypeError("The options of a call are an object.");
  const known = names.split(" ");
  for (const name of Object.keys(options).filter((name) => !known.includes(name))) {
    const [nearest] = known.map((one) => [distance(name.slice(0, 64), one), one]).sort(([one], [other]) => one - other)[0].slice(1);
    throw new TypeError(`The option '${name}' is unknown to this call${nearest && `; the nearest known one is '${nearest}'`}.`);
  }
  return Object.entries(options).filter(([, value]) => value !== undefined && value !== false);
}
// The Levenshtein distance of two names, without regard to case and _.
function distance(...names) {
  const [one, other] = names.map((name) => [...name.toLowerCase().replaceAll("_", "")]);
  let row = [0, ...other].map((_, index) => index);
  one.forEach((letter, index) => {
    const next = [index + 1];
    other.forEach((its, at) => next.push(Math.min(row[at] + (letter !== its), row[at + 1] + 1, next[at] + 1)));
    row = next;
  });
  return row.at(-1);
}
function counting(by = {}, options = {}) {
  if (Object(by) === by) return { ...by, ...options };
  if ("by" in options) throw new TypeError("The option 'by' is given twice.");
  return { ...options, by };
}
function refusal(status, value, url) {
  try {
    return new BambleweenyError(value.json(), status);
  } catch {
    return failure("error", `${url} answered ${status}, but not as Bambleweeny answers.`, status);
  }
}
// Can a retry succeed?
const isPassing = ({ status }) => [0, 429, 502, 503, 504].includes(status);
// Ignores an error if the signal is aborted.
const unless = (signal) => (error) => { if (!signal?.aborted) throw error; };

const abortable = (controller = new AbortController()) => [controller.signal, () => controller.abort()];
const pauseFor = (milliseconds, signal) => new Promise((resolve) => {
  const [done, finish] = abortable();
  const timer = setTimeout(finish, milliseconds);
  done.addEventListener("abort", () => resolve(clearTimeout(timer)));
  signal?.addEventListener("abort", finish, { signal: done });
});
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
    abort(); // frees the slot of the stream at the server
  }
}
const linesFrom = (seed) => (Array.isArray(seed) || seed?.constructor === Object ? [seed].flat().map((record) => JSON.stringify(record, function (name, value) { return this[name] instanceof Uint8Array ? packed(this[name]) : value; })).join("\n") : seed);
function checked(name) { // a browser resolves . and .. in a path
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
