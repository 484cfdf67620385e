// JSON as text: indented, compact or in tokens, without parsing numbers, so that 1.50 and 1152921504606846977 stay as they are. Pure.

// Returns the text of JSON with a line for each member, or `{ error: { message, line, column } }` as part of `{ text, error }`.
export function indented(text, indent = "  ") {
  const lines = ["\n"];
  return formatted(text, (depth) => (lines[depth] ??= depth < MOST_KEPT ? lines[depth - 1] + indent : `\n${indent.repeat(depth)}`), ": ");
}

// Returns `{ text }` without white space between tokens, or `{ error }`.
export const compact = (text) => formatted(text, () => "", ":");

// Returns undefined for valid JSON, else the error `{ message, line, column }`, counted from 1.
export const problemOf = (text) => compact(text).error;

// Returns the tokens of a text for colouring, each `{ kind, text }`: "name", "string", "number", "word", "mark", "space" or "other".
// They join to the text. Invalid JSON has tokens, too. After `most` tokens the rest is one token "other".
export function tokens(text, most = 20_000) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const start = TOKEN.lastIndex;
    if (found.length >= most) {
      found.push({ kind: "other", text: text.slice(start) });
      break;
    }
    const match = TOKEN.exec(text);
    found.push({ kind: kindOfToken(match[0], match), text: match[0] });
    if (match[0] === ":") nameBefore(found);
  }
  return found;
}

const MOST_KEPT = 100;
const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w)/y;
const TOKEN = /([ \t\n\r]+)|("(?:[^"\\\n]|\\.)*"?)|(-?\d[\d.eE+-]*)|(true|false|null)\b|([{}[\],:])|[^]/g;
const KINDS = ["space", "string", "number", "word", "mark"];
const CLOSING = { "{": "}", "[": "]" };

const kindOfToken = (text, groups) => KINDS[groups.slice(1).findIndex((group) => group !== undefined)] ?? "other";

// The string before a colon is the name of a member.
function nameBefore(found) {
  let at = found.length - 2;
  if (found[at]?.kind === "space") at--;
  if (found[at]?.kind === "string") found[at].kind = "name";
}

// What is wanted next: a value, or an end in place of the first; a name, or an end in place of the first; or a comma or an end.
const [VALUE, FIRST_VALUE, NAME, FIRST_NAME, NEXT] = [0, 1, 2, 3, 4];

// Reads JSON (RFC 8259) from left to right; `open` has the brackets that are not closed yet, so that nesting has no bound.
function formatted(text, lineOf, colon) {
  const out = [];
  const open = [];
  let at = 0;
  let wanted = VALUE;
  const skip = () => {
    if (!(text.charCodeAt(at) > 32)) at = end(SPACE, text, at);
  };
  const take = (pattern, what) => {
    const stop = end(pattern, text, at);
    if (stop < 0) throw new Invalid(what, at);
    out.push(text.slice(at, stop));
    at = stop;
  };
  const close = (letter) => {
    open.pop();
    if (wanted === NEXT) out.push(lineOf(open.length));
    out.push(letter);
    at++;
    wanted = NEXT;
  };
  const name = () => {
    out.push(lineOf(open.length));
    take(STRING, "A name in double quotes was expected");
    skip();
    if (text[at] !== ":") throw new Invalid("A colon was expected", at);
    at++;
    out.push(colon);
    wanted = VALUE;
  };
  const value = (letter) => {
    if (wanted === FIRST_VALUE) out.push(lineOf(open.length));
    if (letter === "{" || letter === "[") {
      open.push(letter);
      wanted = letter === "{" ? FIRST_NAME : FIRST_VALUE;
      out.push(letter);
      at++;
      return;
    }
    if (letter === '"') take(STRING, "The string is not valid");
    else take(SCALAR, "A value was expected");
    wanted = NEXT;
  };
  const next = (letter) => {
    if (letter !== ",") throw new Invalid(`A comma or ${CLOSING[open.at(-1)]} was expected`, at);
    at++;
    wanted = open.at(-1) === "{" ? NAME : VALUE;
    out.push(letter, wanted === VALUE ? lineOf(open.length) : "");
  };
  try {
    for (skip(); wanted !== NEXT || open.length; skip()) {
      const letter = text[at];
      const isEnd = letter === "}" || letter === "]";
      if (isEnd && wanted !== VALUE && wanted !== NAME && letter === CLOSING[open.at(-1)]) close(letter);
      else if (wanted === NEXT) next(letter);
      else if (wanted === NAME || wanted === FIRST_NAME) name();
      else value(letter);
    }
    if (at < text.length) throw new Invalid("The text goes on after the value", at);
    return { text: out.join("") };
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return { error: { message: at >= text.length ? `${error.message}, but the text ends.` : `${error.message}.`, ...placeOf(text, error.at) } };
  }
}

class Invalid extends Error {
  constructor(message, at) {
    super(message);
    this.at = at;
  }
}

function end(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

function placeOf(text, at) {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: before.at(-1).length + 1 };
}
