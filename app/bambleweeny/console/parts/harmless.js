// A page that others have written, as a file that a sandbox shows: it loads nothing, and nothing in it runs. Pure.

// NOTE: only the first element of a page is surely read before what it forbids. A frame's sandbox forbids scripts and forms.
const HEAD = "<!doctype html><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\"><meta name=\"referrer\" content=\"no-referrer\"><meta http-equiv=\"x-dns-prefetch-control\" content=\"off\">";

// Returns the bytes of a page, in UTF-8, as such a file.
export const harmless = (bytes) => new Blob([HEAD, bytes], { type: "text/html;charset=utf-8" });
