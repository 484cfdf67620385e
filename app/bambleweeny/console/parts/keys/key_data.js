// Reads one key: its facts and the first bytes of its value, never more than asked for.
import { call, readJson } from "../api.js";
import { request } from "../request.js";
import { mayDo } from "../session.js";

// What is read first, and the size of a window of a large value.
export const WINDOW = 64 * 1024;
// Longer values are shown in windows and not edited.
export const MOST = 1024 * 1024;
const ATTEMPTS = 3;
const UNTYPED = "text/plain; charset=utf-8";

export const reading = (name) => request("GET", ["keys", name]);

// Returns `{ name, etag, type, ttl, readAt, size, bytes, isWhole }` of a key, or null if there is none. `type` and `ttl` may be null.
export async function readKey(name, { isWhole = false, signal } = {}) {
  for (let attempt = 1; ; attempt++) {
    const facts = await factsOf(name, signal);
    if (!facts) return null;
    const size = isWhole ? MOST : WINDOW;
    const bytes = facts.size ? await windowOf({ name, ...facts }, 0, signal, size) : new Uint8Array();
    // NOTE: the key may change between the two calls.
    if (bytes || attempt === ATTEMPTS) return { name, ...facts, bytes: bytes ?? new Uint8Array(), readAt: Date.now(), isWhole: bytes?.length === facts.size };
  }
}

// Returns the same entry with all of its bytes, up to MOST; if the key has changed meanwhile, what it is now, or null.
export async function wholeOf(entry, signal) {
  if (entry.isWhole) return entry;
  return readKey(entry.name, { isWhole: true, signal });
}

// Returns the bytes from `start` of a value with an ETag, or null if the value has changed or is gone.
export async function windowOf({ name, etag, size }, start, signal, length = WINDOW) {
  const end = Math.min(start + length, size) - 1;
  try {
    const answer = await call(request("GET", ["keys", name], { headers: { Range: `bytes=${start}-${end}`, "If-Range": etag } }), { signal, isQuiet: true });
    return answer.headers.get("ETag") === etag ? answer.bytes : null;
  } catch (ex) {
    if (ex.status === 404) return null;
    throw ex;
  }
}

// Returns the call that writes bytes in place of a value, only if it still has an ETag; the TTL and the type stay.
export const replacement = (name, bytes, { etag, type }) =>
  request("PUT", ["keys", name], { query: { keepttl: 1 }, headers: { "If-Match": etag }, type: type ?? undefined, body: bytes });

// Returns `{ etag, type, ttl, size }` of a key, or null if there is none.
// NOTE: a row of the listing, since a GET answers 404 for a missing key, 416 for an empty value, and plain text for one without a type.
export async function factsOf(name, signal) {
  if (!mayDo("keys", "read", `${name}*`)) return headersOf(name, signal);
  const { keys } = await readJson(request("GET", ["keys"], { query: { prefix: name, limit: 1, meta: 1 } }), signal);
  if (keys[0]?.key !== name) return null;
  const { etag, type, ttl, size } = keys[0];
  return { etag, type, ttl, size };
}

// For a token that is for this name only, and so may not list.
async function headersOf(name, signal) {
  try {
    const { headers } = await call(request("HEAD", ["keys", name]), { signal, isQuiet: true });
    const [type, ttl] = [headers.get("Content-Type"), headers.get("B9Y-TTL")];
    return { etag: headers.get("ETag"), type: type === UNTYPED ? null : type, ttl: ttl === null ? null : Number(ttl), size: Number(headers.get("Content-Length")) };
  } catch (ex) {
    if (ex.status === 404) return null;
    throw ex;
  }
}
