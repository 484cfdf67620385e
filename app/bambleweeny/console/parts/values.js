// What a value is, and how it is shown: as text, as an image, or in hex. Pure.

// Returns the text of bytes, or null if they are not UTF-8. A byte order mark stays.
export function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

// Returns "json", "text", "image" or "binary". An image needs both an image's type and its first bytes; SVG is text, as it can hold scripts.
export function kindOf(bytes, contentType = "") {
  const type = mediaType(contentType);
  if (IMAGES[type]?.(bytes)) return "image";
  const text = decoded(bytes);
  if (text === null || hasControls(text)) return "binary";
  return /^(application|text)\/json$|\+json$/.test(type) || (!type && isJson(text)) ? "json" : "text";
}

// Returns whether a value can be changed as text without a loss: any value that is UTF-8, and not longer than 1 MB.
export const isEditable = (bytes) => bytes.length <= MOST_EDITED && decoded(bytes) !== null && kindOf(bytes) !== "binary";

// Returns the rows of a hex view, 16 bytes each: `{ offset, hex, printable }`. `offset` is that of the first byte.
export function hexRows(bytes, offset = 0) {
  const rows = [];
  for (let start = 0; start < bytes.length; start += 16) {
    const row = Array.from(bytes.subarray(start, start + 16));
    rows.push({
      offset: (offset + start).toString(16).padStart(8, "0"),
      hex: row.map((byte) => byte.toString(16).padStart(2, "0")).join(" "),
      printable: row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join(""),
    });
  }
  return rows;
}

// Returns `{ bytes }` of pairs of hex digits with any white space between them, or `{ error, position }`, counted in characters from 0.
export function parseHex(text) {
  const digits = [];
  for (let position = 0; position < text.length; position++) {
    const letter = text[position];
    if (/\s/.test(letter)) {
      if (digits.length % 2) return { error: "A byte has two hex digits.", position };
    } else if (/[0-9a-f]/i.test(letter)) digits.push(letter);
    else return { error: `'${String.fromCodePoint(text.codePointAt(position))}' is not a hex digit.`, position };
  }
  if (digits.length % 2) return { error: "A byte has two hex digits.", position: text.length };
  return { bytes: Uint8Array.from({ length: digits.length / 2 }, (_, index) => parseInt(digits[2 * index] + digits[2 * index + 1], 16)) };
}

// Returns whether a text is a name of a key, list or topic.
export const isName = (text) => /^(?!\.{1,2}$)[A-Za-z0-9_:.-]{1,255}$/.test(text);

// Returns why a text is not a name, or undefined if it is one.
export function nameProblem(text) {
  if (isName(text)) return undefined;
  if (text === "") return "A name has at least one character.";
  if (text === "." || text === "..") return "A name cannot be . or .. alone.";
  if (text.length > LONGEST_NAME && /^[A-Za-z0-9_:.-]+$/.test(text)) return `A name has at most ${LONGEST_NAME} characters; this one has ${text.length}.`;
  const [wrong] = /[^A-Za-z0-9_:.-]/u.exec(text);
  return `A name has only A-Z a-z 0-9 _ : . - in it, not '${wrong}'.`;
}

// Returns why no name begins with a text, or undefined if one may.
export const prefixProblem = (text) => (/^[A-Za-z0-9_:.-]{0,255}$/.test(text) ? undefined : nameProblem(text));

// Returns the seconds of a duration such as `30`, `30s`, `5m`, `2h` or `7d`, or undefined.
export function secondsOf(text) {
  const [, number, unit] = /^([0-9]{1,9})([smhd]?)$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * SECONDS[unit];
}

// Returns why a text is not a duration, or not within `least` and `most` seconds, or undefined if it is. The default bounds are those of a TTL.
export function durationProblem(text, { least = 1, most = LONGEST_TTL } = {}) {
  const seconds = secondsOf(text);
  if (seconds === undefined) return `'${text}' is not a duration; write 30, 30s, 5m, 2h or 7d.`;
  return seconds < least || seconds > most ? `'${text}' is not within ${shortest(least)} and ${shortest(most)}.` : undefined;
}

// Returns the shortest text of a duration: 90 is "90s", 3600 is "1h".
export function shortest(seconds) {
  const unit = ["d", "h", "m"].find((one) => seconds && seconds % SECONDS[one] === 0 && !(one === "d" && seconds < 86400)) ?? "s";
  return `${seconds / SECONDS[unit]}${unit}`;
}

const MOST_EDITED = 1 << 20;
const LONGEST_NAME = 255;
const LONGEST_TTL = 3660 * 86400;
const SECONDS = { "": 1, s: 1, m: 60, h: 3600, d: 86400 };

const mediaType = (contentType) => (contentType ?? "").split(";")[0].trim().toLowerCase();
const begins = (bytes, text, at = 0) => [...text].every((letter, index) => bytes[at + index] === letter.charCodeAt(0));
const IMAGES = {
  "image/png": (bytes) => begins(bytes, "\x89PNG\r\n\x1a\n"),
  "image/jpeg": (bytes) => begins(bytes, "\xff\xd8\xff"),
  "image/gif": (bytes) => begins(bytes, "GIF87a") || begins(bytes, "GIF89a"),
  "image/webp": (bytes) => begins(bytes, "RIFF") && begins(bytes, "WEBP", 8),
  "image/avif": (bytes) => begins(bytes, "ftyp", 4) && (begins(bytes, "avif", 8) || begins(bytes, "avis", 8)),
};

// Control characters that no text has.
const hasControls = (text) => /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text);

// Only objects and arrays: a value such as 5 or "x" is as well a text.
function isJson(text) {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text.replace(/^\ufeff/, ""));
    return true;
  } catch {
    return false;
  }
}
