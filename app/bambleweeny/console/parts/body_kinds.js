// As what a body can be shown: an image, JSON, text or hex. Pure.
import { indented } from "./json_text.js";
import { decoded, kindOf } from "./values.js";

const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"];

// Returns the kinds as which bytes can be shown, the best one first. `isCut` means that they are the beginning of a longer body.
export function kindsOf(bytes, isCut = false) {
  const text = textOf(bytes, isCut);
  if (imageTypeOf(bytes)) return ["image", "hex"];
  if (text === null) return ["hex"];
  if (kindOf(new TextEncoder().encode(text)) === "binary") return ["hex", "text"];
  return !isCut && /^\s*[{[]/.test(text) && !indented(text).error ? ["json", "text", "hex"] : ["text", "hex"];
}

// Returns the text of UTF-8 bytes, or null if they are none. The end of bytes that are cut may be a part of a character.
export function textOf(bytes, isCut = false) {
  for (let end = bytes.length; end >= Math.max(0, bytes.length - (isCut ? 3 : 0)); end--) {
    const text = decoded(bytes.subarray(0, end));
    if (text !== null) return text;
  }
  return null;
}

// Returns the type of an image that its first bytes show, whatever the content type is, or undefined.
export const imageTypeOf = (bytes) => IMAGES.find((type) => kindOf(bytes, type) === "image");
