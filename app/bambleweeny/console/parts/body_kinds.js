// What kind of body some bytes are, and how that kind is written: JSON indented, text, hex. Pure.

const MOST_NESTED = 200;
const IMAGES = [["image/png", "\x89PNG\r\n\x1a\n"], ["image/jpeg", "\xff\xd8\xff"], ["image/gif", "GIF8"], ["image/bmp", "BM"]];
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

// Returns the kinds as which bytes can be shown, the best one first. `isCut` means that they are the beginning of a longer body.
export function kindsOf(bytes, contentType = "", isCut = false) {
  const kinds = ["hex"];
  const text = textOf(bytes, isCut);
  if (text !== null) kinds.unshift("text");
  if (text !== null && !isCut && indented(text) !== null) kinds.unshift("json");
  if (imageTypeOf(bytes, contentType)) kinds.unshift("image");
  return kinds;
}

// Returns the text of UTF-8 bytes, or null if they are none or have characters that no text has.
export function textOf(bytes, isCut = false) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut });
    // eslint-disable-next-line no-control-regex
    return /[\0-\x06\x0e-\x1a]/.test(text) ? null : text;
  } catch {
    return null;
  }
}

// Returns the type of an image: that of its first bytes, or SVG if the content type names it; else undefined.
export function imageTypeOf(bytes, contentType = "") {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  if (/^image\/svg\+xml\b/i.test(contentType)) return "image/svg+xml";
  if (start.startsWith("RIFF") && start.endsWith("WEBP")) return "image/webp";
  return IMAGES.find(([, first]) => start.startsWith(first))?.[0];
}

// Returns a JSON object or array with one member a line, or null for any other text. Numbers and strings keep their text.
export function indented(text) {
  if (!/^\s*[{[]/.test(text) || !isJson(text)) return null;
  let [written, depth, before] = ["", 0, ""];
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === "}" || token === "]") {
      depth -= 1;
      if (before !== "{" && before !== "[") written += newLine(depth);
    } else if (before === "{" || before === "[" || before === ",") written += newLine(depth);
    written += token === ":" ? ": " : token;
    if (token === "{" || token === "[") depth += 1;
    if (depth > MOST_NESTED) return null;
    before = token;
  }
  return written;
}

// Returns the line of a hex view for `width` bytes from an offset: offset, bytes, characters.
export function hexLine(bytes, offset, width) {
  const part = [...bytes.subarray(offset, offset + width)];
  const hex = part.map((byte) => byte.toString(16).padStart(2, "0")).join(" ").padEnd(width * 3 - 1);
  const characters = part.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
  return `${offset.toString(16).padStart(8, "0")}  ${hex}  ${characters}`;
}

const newLine = (depth) => `\n${"  ".repeat(depth)}`;

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
