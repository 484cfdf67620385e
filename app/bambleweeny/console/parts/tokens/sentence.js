// What a token may do and until when, as a sentence.
import { text } from "../../en/tokens.js";
import { moment } from "../format.js";
import { rowOf } from "./scopes.js";

// Returns the sentence of scopes, of the end (a moment, or null for none) and of a rate.
export function sentenceOf({ scopes, expires, rate }) {
  const phrases = [...new Set(scopes.map((scope) => text.phrase(rowOf(scope))))];
  return text.sentence(phrases, expires ? text.until.moment(moment(expires)) : text.until.forever, rate);
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86400 };

// Returns the moment in ms after a TTL such as 7d; null for none or for what is no TTL.
export function endOf(ttl, now = Date.now()) {
  const [, count, unit] = /^([0-9]{1,9})([smhd]?)$/.exec(ttl) ?? [];
  const seconds = Number(count) * SECONDS[unit || "s"];
  return seconds ? now + seconds * 1000 : null;
}
