// What the type of JSON is, and when it is proposed. Pure.
import { problemOf } from "../json_text.js";

// Returns whether a content type is that of JSON.
export const isJsonType = (type) => /^(application|text)\/json\s*(;|$)|\+json\s*(;|$)/i.test(type ?? "");

const MOST = 200_000;

// Returns the type to propose for a text that has none: that of JSON if it is a whole object or array, else "".
export const proposedType = (text) => (/^\s*[{[]/.test(text) && text.length < MOST && !problemOf(text) ? "application/json" : "");
