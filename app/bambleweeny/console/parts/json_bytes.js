// Bytes as the API shows them in JSON: a text, or `{ base64 }`. Pure.

// Returns the bytes of such a value.
export function bytesOf(value) {
  if (typeof value === "string") return new TextEncoder().encode(value);
  return Uint8Array.from(atob(value.base64), (letter) => letter.charCodeAt(0));
}

// Returns the beginning of a value as one line; of bytes that are no text the first in hex, as `describe` writes them.
export function lineOf(value, describe) {
  if (typeof value === "string") return value.slice(0, MOST).replace(/\s+/g, " ").trim();
  const hex = [...atob(value.base64.slice(0, 24))].map((letter) => letter.charCodeAt(0).toString(16).padStart(2, "0"));
  return describe(hex.slice(0, 16).join(" "));
}

const MOST = 300;
