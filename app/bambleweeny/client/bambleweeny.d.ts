// Types of bambleweeny.js, which a server delivers beside it. TypeScript looks for them next to the module: bambleweeny.d.mts for bambleweeny.mjs.

/** A value to write; `{ json }` is sent as JSON. */
export type Data = string | Uint8Array | ArrayBuffer | Value | { json: unknown };
/** Seconds, or text such as "30s", "5m", "2h" or "7d". */
export type Duration = number | string;
/** A record of an export, also with bytes or `{ json }` as values. */
export type SeedRecord = Record<string, Record<string, unknown>>;
/** The lines of an export: text, bytes, a record or records. */
export type Seed = string | Uint8Array | ArrayBuffer | SeedRecord | SeedRecord[];
/** Called with "open" when all that follows will be seen, and with "broken" and the error while the client reconnects. */
export type OnState = (state: "open" | "broken", error?: BambleweenyError) => void;

export interface Aborting { signal?: AbortSignal }
/** `userid` is the user for which an admin acts. */
export interface Acting extends Aborting { userid?: number }
export interface Conditions { ifMatch?: string; ifNoneMatch?: string }
export interface Changing extends Acting, Conditions {}
export interface Writing extends Changing { ttl?: Duration; keepTtl?: boolean; keepttl?: boolean; type?: string }
export interface Reading extends Acting { touch?: Duration; path?: string; wait?: Duration }
export interface Bounds { ttl?: Duration; max?: number; min?: number }
export interface Counting extends Acting, Bounds { by?: number }
export interface PushingMany extends Acting { delay?: Duration; ttl?: Duration; front?: boolean }
export interface Pushing extends PushingMany { key?: string; idempotencyKey?: string }
export interface Waiting extends Acting { wait?: Duration }
export interface Listing extends Acting { prefix?: string; after?: string; limit?: number }
export interface CountingNames extends Acting { prefix?: string }
export interface Streaming extends Acting { onState?: OnState }

/** An array with the cursor of the next page. */
export type Page<T, Next> = T[] & { next: Next };
export interface Entry { name: string; owner: number }
export interface Counts { ready: number; leased: number; delayed: number; dead: number; bytes: number; in: number; out: number; paused: boolean; policy?: Record<string, unknown> }
export type State = "ready" | "leased" | "delayed" | "dead";
export interface Item {
  id: string; state: State; attempt: number; enqueued: string; size: number; value: Value; cut?: boolean;
  until?: string; due?: string; died?: string; expires?: string; reason?: string; origin?: string;
}
export interface ItemPlace { info: string; list: string; id: string; state: "ready" | "dead" }
export interface Message { id: string; time: string; type: string | null; value: Value }
export interface Event { event: string; name: string }
export interface AuditEntry {
  id: string; time: string; action: string; outcome: string; actor: string; actor_id: string;
  token: string; address: string; request_id: string; target: string;
}
/** A public URL, with the fields of its document. */
export interface Place { id: string; path: string; url: string; name?: string; namedPath?: string; [field: string]: unknown }
export interface Route extends Place { key?: string; contentType?: string }
export interface ImportedRoute extends Route { keys: string[]; notes: string[]; rules: number }
export interface Bin extends Place { list?: string; topic?: string; keep?: string; endsAt?: string }
export type Document = Record<string, unknown>;
export interface NamedToken { id: string; name: string; scopes: string[]; made: string; expires: string | null; used: string | null; rate?: string }
/** `token` is the text, which the server never shows again. */
export interface MadeToken extends NamedToken { token: string }
export interface Sandbox { id: string; name: string; made: string; ends: string; names: number; bytes: number; snapshots: string[] }
export interface MadeSandbox extends Sandbox { token: string }
export interface Who { authenticated: "True" | "False"; admin: "True" | "False"; user: string; id: string; info: string; token?: string; name?: string; scopes?: string }

export class BambleweenyError extends Error {
  constructor(fields: { info: string; code: string; hint?: string; index?: number; [detail: string]: unknown }, status?: number, cause?: unknown);
  info: string;
  code: string;
  hint?: string;
  index?: number;
  details: Record<string, unknown>;
  /** 0 if there was no answer. */
  status: number;
  /** In seconds, if the answer has it. */
  retryAfter?: number;
}

export class Value {
  constructor(bytes: Uint8Array, contentType: string, etag?: string | null, ttl?: number | null);
  bytes: Uint8Array;
  contentType: string;
  etag: string | null;
  ttl: number | null;
  text(): string;
  json<T = any>(): T;
}

export interface Names<Deleting> extends AsyncIterable<string> {
  list(options?: Listing): Promise<Entry[]>;
  count(options?: CountingNames): Promise<number>;
  delete(name: string, options?: Deleting): Promise<void>;
}
export interface Keys extends Names<Changing> {
  set(name: string, value: Data, options?: Writing): Promise<void>;
  /** Returns the value before, or undefined if there was none. */
  replace(name: string, value: Data, options?: Writing): Promise<Value | undefined>;
  get(name: string, options?: Reading): Promise<Value>;
  /** Returns undefined if the value is unchanged. */
  get(name: string, options: Reading & Conditions): Promise<Value | undefined>;
  take(name: string, options?: Changing): Promise<Value>;
  expire(name: string, ttl: Duration, options?: Changing): Promise<void>;
  persist(name: string, options?: Changing): Promise<void>;
  incr(name: string, by?: number | Counting, options?: Omit<Counting, "by">): Promise<number>;
  getMany(names: Iterable<string>, options?: Acting): Promise<Map<string, Value>>;
}
export interface Lists extends Names<Acting> {
  listStats(options?: Listing): Promise<(Entry & Counts)[]>;
  push(name: string, value: Data, options?: Pushing): Promise<string>;
  pushLines(name: string, data: Data, options?: PushingMany): Promise<number>;
  /** Returns undefined if the list is still empty after `wait`. */
  pop(name: string, options?: Waiting): Promise<Value | undefined>;
  popMany(name: string, max?: number, options?: Waiting): Promise<Value[]>;
  items(name: string, options?: Waiting & { state?: State; order?: "oldest" | "newest"; limit?: number; after?: string; preview?: number }): Promise<Page<Item, string | null>>;
  deliver(name: string, id: string, options?: Acting): Promise<ItemPlace>;
  bury(name: string, id: string, options?: Acting & { reason?: string }): Promise<ItemPlace>;
}
export interface Topics extends Names<Acting> {
  publish(name: string, value: Data, options?: Acting & { type?: string }): Promise<string>;
  read(name: string, options?: Waiting & { since?: string; last?: number; limit?: number }): Promise<Page<Message, string>>;
  subscribe(name: string, options?: Streaming & { since?: string; last?: number }): AsyncGenerator<Message, void, void>;
}
export interface Published<P> {
  list(options?: Acting): Promise<P[]>;
  set(document: Document, options?: Acting & { id?: string }): Promise<P>;
  get(id: string, options?: Acting): Promise<Document>;
  url(name: string, options?: Acting): Promise<string>;
  delete(id: string, options?: Acting): Promise<void>;
}
export interface Routes extends Published<Route> {
  create(key: string, contentType?: string, options?: Acting): Promise<Route>;
  import_(from: "openapi" | "har" | "db", json: unknown, options?: Acting & { name?: string; prefix?: string; only?: string; journal?: string }): Promise<ImportedRoute>;
  /** Returns how many calls match. */
  verify(id: string, expected?: Document, options?: Waiting & { since?: string }): Promise<number>;
  reset(id: string, options?: Acting): Promise<void>;
  read(id: string, options?: Aborting): Promise<Value | undefined>;
}
export interface Bins extends Published<Bin> {
  create(list: string, options?: Acting): Promise<Bin>;
  post(id: string, data: Data, options?: Aborting): Promise<void>;
}
export interface Tokens {
  create(options?: Aborting): Promise<string>;
  test(options?: Aborting): Promise<Who>;
  add(name: string, scopes: string[], options?: Acting & { ttl?: Duration; rate?: string }): Promise<MadeToken>;
  list(options?: Acting): Promise<NamedToken[]>;
  change(id: string, options: Acting & { name?: string; scopes?: string[]; ttl?: Duration; rate?: string }): Promise<NamedToken>;
  rotate(id: string, options?: Acting & { overlap?: Duration }): Promise<MadeToken>;
  revoke(id: string, options?: Acting): Promise<void>;
  revokeAll(options?: Acting): Promise<number>;
  revokeText(token: string, options?: Aborting): Promise<void>;
  introspect(token: string, options?: Aborting): Promise<{ active: boolean; [field: string]: unknown }>;
}
/** With the token of a sandbox its `id` is "self". */
export interface Sandboxes {
  create(seed?: Seed, options?: Acting & { ttl?: Duration; name?: string; from?: string }): Promise<MadeSandbox>;
  list(options?: Acting): Promise<Sandbox[]>;
  get(id: string, options?: Acting): Promise<Sandbox>;
  extend(id: string, ttl: Duration, options?: Acting): Promise<Sandbox>;
  delete(id: string, options?: Acting): Promise<void>;
  reset(id: string, options?: Acting & { to?: string; deleteSnapshots?: boolean }): Promise<void>;
  snapshot(id: string, name: string, options?: Acting): Promise<void>;
  deleteSnapshot(id: string, name: string, options?: Acting): Promise<void>;
}
/** The outcome of an operation of a batch: `value` throws its error, also before `send()`. */
export interface Result<T> { readonly value: T; error?: Error }
export interface Batch {
  set(name: string, value: Data, options?: Conditions & { ttl?: Duration; keepTtl?: boolean; keepttl?: boolean; type?: string }): Result<undefined>;
  get(name: string): Result<Value>;
  delete(name: string, options?: Conditions): Result<undefined>;
  incr(name: string, by?: number | (Bounds & { by?: number }), options?: Bounds): Result<number>;
  push(name: string, value: Data, options?: { delay?: Duration; ttl?: Duration; front?: boolean }): Result<undefined>;
  pop(name: string): Result<Value | undefined>;
  publish(name: string, value: Data): Result<string>;
  send(): Promise<void>;
}

export class Client {
  constructor(url?: string, options?: { username?: string; password?: string; token?: string; timeout?: number });
  readonly url: string;
  timeout: number;
  keys: Keys;
  lists: Lists;
  topics: Topics;
  routes: Routes;
  bins: Bins;
  tokens: Tokens;
  sandboxes: Sandboxes;
  set: Keys["set"];
  get: Keys["get"];
  delete: Keys["delete"];
  incr: Keys["incr"];
  push: Lists["push"];
  pop: Lists["pop"];
  events(options?: Streaming & { keys?: string; lists?: string; topics?: string; routes?: string; bins?: string; kinds?: string }): AsyncGenerator<Event, void, void>;
  usage(options?: Acting): Promise<Record<string, any>>;
  audit(options?: Acting & { since?: string; action?: string; after?: string; limit?: number; last?: number }): Promise<Page<AuditEntry, string>>;
  followAudit(options?: Streaming & { action?: string; after?: string }): AsyncGenerator<AuditEntry, void, void>;
  batch(options?: Acting & { atomic?: boolean }): Batch;
  about(options?: Aborting): Promise<Record<string, string>>;
  health(options?: Aborting): Promise<Record<string, unknown>>;
  logout(options?: Aborting): Promise<void>;
  setPassword(password: string, options?: Aborting & { current?: string }): Promise<void>;
}
