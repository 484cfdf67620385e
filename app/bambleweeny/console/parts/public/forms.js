// Bodies of forms, as browsers and webhooks send them. Pure.
import { decoded } from "../values.js";

const MOST = 1000;

// Returns the pairs of an urlencoded query or form.
export const pairsOf = (text) => [...new URLSearchParams(text)].slice(0, MOST);

// Returns `{ fields }` of an urlencoded body, `{ parts }` of a multipart one, each `{ name, file, type, bytes }`, or null of any other.
export function formOf(bytes, contentType) {
  const [kind, ...options] = contentType.split(";").map((part) => part.trim());
  if (kind.toLowerCase() === "application/x-www-form-urlencoded") {
    const text = decoded(bytes);
    return text && !/^\s*[{[<]/.test(text) && text.includes("=") ? { fields: pairsOf(text) } : null;
  }
  const boundary = kind.toLowerCase().startsWith("multipart/") && options.map((option) => /^boundary="?([^"]{1,200})"?$/i.exec(option)?.[1]).find(Boolean);
  const parts = boundary ? partsOf(bytes, boundary) : [];
  return parts.length ? { parts } : null;
}

function partsOf(bytes, boundary) {
  const whole = `\r\n${lettersOf(bytes)}`;
  const mark = `\r\n--${boundary}`;
  const parts = [];
  let start = whole.indexOf(mark);
  while (start >= 0 && parts.length < MOST && !whole.startsWith("--", start + mark.length)) {
    const end = whole.indexOf(mark, start + mark.length);
    if (end < 0) break;
    const head = whole.indexOf("\r\n\r\n", start + mark.length);
    if (head >= 0 && head < end) parts.push(partOf(whole.slice(start + mark.length, head), bytes.subarray(head + 2, Math.max(end - 2, head + 2))));
    start = end;
  }
  return parts;
}

// NOTE: the letters are two longer than the bytes, as a line end was put in front.
function partOf(head, body) {
  const text = new TextDecoder().decode(Uint8Array.from(head, (letter) => letter.charCodeAt(0)));
  const option = (name) => new RegExp(`^content-disposition:.*;\\s*${name}="((?:[^"\\\\]|\\\\.)*)"`, "im").exec(text)?.[1].replace(/\\(.)/g, "$1");
  return { name: option("name") ?? "", file: option("filename"), type: /^content-type:\s*(.*)$/im.exec(text)?.[1].trim() ?? "", bytes: body };
}

function lettersOf(bytes) {
  const parts = [];
  for (let start = 0; start < bytes.length; start += 8192) parts.push(String.fromCharCode(...bytes.subarray(start, start + 8192)));
  return parts.join("");
}
