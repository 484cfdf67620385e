// Paths of requests that others have sent, below the URL of a bin or route. Pure.

// Headers that no repeated request takes over: those of the connection, and those that prove who or where the sender is.
const NOT_SENT = /^(?:host|content-length|connection|keep-alive|transfer-encoding|te|trailer|upgrade|http2-settings|expect|authorization|cookie2?|origin|referer|proxy-.*|b9y-.*)$/i;

// Returns the pairs of headers that belong to the request, not to its connection or sender.
export function sentHeaders(headers) {
  const named = headers.filter(([name]) => /^connection$/i.test(name)).flatMap(([, value]) => value.toLowerCase().split(",").map((one) => one.trim()));
  return headers.filter(([name]) => !NOT_SENT.test(name) && !named.includes(name.toLowerCase()));
}

// Returns whether a path that is put behind a URL stays below it, when browsers, proxies or servers resolve its dot
// segments: they may decode it, take \ for / and leave out line ends.
export function staysBelow(path) {
  const [plain] = decodedDots(path).split(/[?#]/);
  if (path && !/^[/\\?#]/.test(path)) return false;
  let depth = 0;
  for (const segment of plain.split(/[/\\]/).filter(Boolean)) {
    if (segment === "..") depth--;
    else if (segment !== ".") depth++;
    if (depth < 0) return false;
  }
  return true;
}

const decodedDots = (path) =>
  path
    .replace(/%(?:25)+/g, "%")
    .replace(/%(2e|2f|5c|0[9ad])/gi, (_, code) => String.fromCharCode(parseInt(code, 16)))
    .replace(/[\t\n\r]/g, "");
