// The address of a page is behind the `#`, so that no name reaches a log of the server or of a proxy. Pure.

// Returns `{ page, rest, query }` of a hash such as `#/keys/app:color?tab=hex`; `rest` is not encoded.
export function parse(hash) {
  const [path, search = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [page = "", ...rest] = path.split("/").map(decoded);
  return { page, rest, query: Object.fromEntries(new URLSearchParams(search)) };
}

// Returns the hash of a page. Parameters that are undefined or empty are left out.
export function to(page, rest = [], query = {}) {
  const path = [page, ...[rest].flat()].map((part) => encodeURIComponent(part).replaceAll("%3A", ":")).join("/");
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined && value !== "")).toString();
  return `#/${path}${search && `?${search}`}`;
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
