// What a token may do and until when, as a sentence.
import { text } from "../../en/tokens.js";
import { serverNow } from "../clock.js";
import { moment } from "../format.js";
import { durationProblem, secondsOf } from "../values.js";
import { rowOf } from "./scopes.js";

// Returns the sentence of scopes, of the end (a moment, or null for none) and of a rate.
export function sentenceOf({ scopes, expires, rate }) {
  const phrases = [...new Set(scopes.map((scope) => text.phrase(rowOf(scope))))];
  return text.sentence(phrases, expires ? text.until.moment(moment(expires)) : text.until.forever, rate);
}

// Returns the moment in ms after a TTL such as 7d; null for none or for what is no TTL.
export const endOf = (ttl) => (durationProblem(ttl) ? null : serverNow() + secondsOf(ttl) * 1000);
