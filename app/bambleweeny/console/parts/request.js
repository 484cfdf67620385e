// A call as data: what is sent, and what the snippets show, come from one such object. Pure.

// Returns a request. `segments` is the path, not encoded: ["keys", "app:color"]. `query` and `headers` leave out what is
// undefined; `body` is a string, bytes, or `{ json: anything }`. `isPublic` sends no token. `path` is the path with the query as it is
// sent, in place of both: only with it a query can have a name twice.
export function request(method, segments, { query = {}, headers = {}, body, type, path, isPublic = false } = {}) {
  const isJson = body !== undefined && body !== null && Object.hasOwn(Object(body), "json") && !(body instanceof Uint8Array);
  const sent = isJson ? JSON.stringify(body.json) : body;
  const contentType = type ?? (isJson ? "application/json" : undefined);
  return Object.freeze({
    method,
    segments: Object.freeze(segments.map(String)),
    query: defined(query),
    headers: defined(contentType === undefined ? headers : { ...headers, "Content-Type": contentType }),
    body: sent,
    path,
    isPublic,
  });
}

// Returns a request with further query parameters.
export const withQuery = (call, query) => Object.freeze({ ...call, query: defined({ ...call.query, ...query }) });

// Returns the path and query of a request, encoded. A colon stays as it is, so that names stay readable.
export function pathOf({ segments, query, path: sent }) {
  if (sent !== undefined) return sent;
  const path = segments.map((segment) => encodeURIComponent(segment).replaceAll("%3A", ":").replaceAll("%40", "@")).join("/");
  const search = new URLSearchParams(query).toString();
  return `/${path}${search && `?${search}`}`;
}

const defined = (fields) =>
  Object.freeze(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== "").map(([name, value]) => [name, String(value)])));
