// How a value is shown and edited: as JSON, text, hex, an image or a page. Pure.
import { indented, problemOf } from "../json_text.js";
import { decoded, hexRows, isEditable, kindOf, parseHex } from "../values.js";
import { isJsonType } from "./json_type.js";
import { inLayout, layoutOf } from "./layout.js";

// NOTE: a megabyte of JSON takes a tenth of a second, and several parts of a page ask for it.
const formatted = new WeakMap();
const layouts = new WeakMap();
const MOST_HEX = 64 * 1024;

// Returns the ways to show a value, the best first; without a type, JSON is not the first, since it changes the layout. `bytes` may be its beginning only.
export function viewsOf({ bytes, type, isWhole }) {
  const kind = kindOf(isWhole ? bytes : withoutCut(bytes), type ?? "");
  if (kind === "image") return ["image", "hex"];
  if (kind === "binary") return ["hex"];
  const isPage = /^(text\/html|application\/xhtml\+xml)\b/i.test(type ?? "");
  const isDrawing = /^image\/svg\+xml\b/i.test(type ?? "");
  const isJson = kind === "json";
  return [isJson && type && "json", "text", isJson && !type && "json", "hex", isPage && "html", isDrawing && "image"].filter(Boolean);
}

// Returns the content type that a public URL sends: that of the key, else that of what is in it.
export function sentTypeOf(entry) {
  const views = viewsOf(entry);
  return entry.type ?? (views.includes("json") ? "application/json" : views[0] === "text" ? "text/plain" : "application/octet-stream");
}

// Returns the indented text of JSON as `{ text }`, or `{ error }`. The bytes are UTF-8.
export function jsonOf(bytes) {
  if (!formatted.has(bytes)) formatted.set(bytes, indented(decoded(bytes)));
  return formatted.get(bytes);
}

// Returns the text of some bytes of a value, without the parts of characters at both ends.
export function textOfPart(bytes) {
  let start = 0;
  while (start < 3 && (bytes[start] & 0xc0) === 0x80) start++;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(withoutCut(bytes.subarray(start)));
}

// Returns the ways to edit a value, the best first; none if it is too long.
export function modesOf({ bytes, type, isWhole }) {
  if (!isWhole) return [];
  const modes = [];
  // NOTE: a text field has line ends of one kind.
  if (isEditable(bytes) && !hasMixedEnds(decoded(bytes))) {
    const isJson = kindOf(bytes, type ?? "") === "json" && !jsonOf(bytes).error;
    modes.push(...[isJson && type && "json", "text", isJson && !type && "json"].filter(Boolean));
  }
  if (bytes.length <= MOST_HEX) modes.push("hex");
  return modes;
}

// Returns whether a value may have such a way, as far as that is quickly known.
export const canEdit = (entry, most) => entry.size <= MOST_HEX || (entry.size <= most && viewsOf(entry).includes("text"));

export const isMixed = ({ bytes, isWhole }) => isWhole && isEditable(bytes) && hasMixedEnds(decoded(bytes));

// Returns the text that a field shows for bytes. JSON is indented if its layout can be restored, else it is the text as it is, like what is
// no JSON; `base` has the bytes whose layout that is.
export function draftOf(bytes, mode, base = { bytes }) {
  if (mode === "hex") return hexRows(bytes).map(({ hex }) => hex).join("\n");
  const text = () => (decoded(bytes) ?? textOfPart(bytes)).replaceAll("\r\n", "\n");
  return (mode === "json" && decoded(bytes) !== null && layoutIn(base.bytes) && jsonOf(bytes).text) || text();
}

// Returns a text for a comparison: JSON is indented, so that only what differs is a difference.
export const orderly = (text, mode) => (mode === "json" && indented(text).text) || text;

// Returns `{ bytes }` of an edited text, or `{ error, position }` of wrong hex. Line ends and the layout of JSON stay as they were in `base`.
export function bytesOf(draft, mode, base) {
  if (mode === "hex") return parseHex(draft);
  const layout = mode === "json" ? layoutIn(base.bytes) : null;
  const written = layout && inLayout(draft, layout);
  const isWindows = (decoded(base.bytes) ?? "").includes("\r\n");
  return encoded(written ?? (isWindows ? draft.replaceAll("\n", "\r\n") : draft));
}

// Returns the layout of JSON in bytes, or null if it cannot be restored.
export function layoutIn(bytes) {
  if (!layouts.has(bytes)) layouts.set(bytes, layoutOf(decoded(bytes) ?? ""));
  return layouts.get(bytes);
}

// Returns what is wrong with a draft: `{ json }` for invalid JSON under a type or mode of JSON, `{ hex }` for wrong hex, else `{}`.
export function problemsOf(draft, mode, { type }) {
  if (mode === "hex") {
    const { error, position } = parseHex(draft);
    return error ? { hex: { error, position: position + 1 } } : {};
  }
  const json = mode === "json" || (isJsonType(type) && draft) ? problemOf(draft) : undefined;
  return json ? { json } : {};
}

export const isInteger = ({ bytes, isWhole }) => isWhole && bytes.length > 0 && bytes.length <= 20 && /^-?\d{1,19}$/.test(decoded(bytes) ?? "");

const encoded = (text) => ({ bytes: new TextEncoder().encode(text) });
const hasMixedEnds = (text) => /\r(?!\n)/.test(text) || (text.includes("\r\n") && /(^|[^\r])\n/.test(text));

// Removes the beginning of a character that the end of the bytes cuts.
function withoutCut(bytes) {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte >= 0xc0) return back < lengthOf(byte) ? bytes.subarray(0, bytes.length - back) : bytes;
    if (byte < 0x80) return bytes;
  }
  return bytes;
}

const lengthOf = (byte) => (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2);
