// JSON as text: indented, compact or in tokens, without parsing numbers, so that 1.50 and 1152921504606846977 stay as they are. Pure.

// Returns `{ text }` of JSON with a line for each member, or `{ error: { message, line, column } }`. If deep nesting made the new text far
// longer, it is the old one.
export const indented = (text) => spaced(text, { indent: "  ", comma: ",", colon: ": " });

// Returns `{ text }` with this comma and colon, and with `indent` a line for each member as `indented` writes it, or `{ error }`.
export function spaced(text, { indent, comma, colon }) {
  if (indent === undefined) return formatted(text, () => "", colon, Infinity, comma);
  const lines = ["\n"];
  const lineOf = (depth) => (lines[Math.min(depth, MOST_INDENTED)] ??= `\n${indent.repeat(Math.min(depth, MOST_INDENTED))}`);
  return formatted(text, lineOf, colon, MOST_TIMES * text.length + MOST_MORE, comma);
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

const MOST_INDENTED = 100;
const MOST_TIMES = 4;
const MOST_MORE = 1 << 20;
const SPACE = /[ \t\n\r]*/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
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
// The text is returned as it is if the new one has more than `most` characters.
function formatted(text, lineOf, colon, most = Infinity, comma = ",") {
  const out = [];
  const open = [];
  let length = 0;
  let at = 0;
  let wanted = VALUE;
  const skip = () => {
    if (!(text.charCodeAt(at) > 32)) at = end(SPACE, text, at);
  };
  const write = (part) => {
    length += part.length;
    if (length <= most) out.push(part);
  };
  const take = (stop, what) => {
    if (stop < 0) throw new Invalid(what, at);
    write(text.slice(at, stop));
    at = stop;
  };
  const close = (letter) => {
    open.pop();
    if (wanted === NEXT) write(lineOf(open.length));
    write(letter);
    at++;
    wanted = NEXT;
  };
  const name = () => {
    write(lineOf(open.length));
    take(endOfString(text, at), "A name in double quotes was expected");
    skip();
    if (text[at] !== ":") throw new Invalid("A colon was expected", at);
    at++;
    write(colon);
    wanted = VALUE;
  };
  const value = (letter) => {
    if (wanted === FIRST_VALUE) write(lineOf(open.length));
    if (letter === "{" || letter === "[") {
      open.push(letter);
      wanted = letter === "{" ? FIRST_NAME : FIRST_VALUE;
      write(letter);
      at++;
      return;
    }
    if (letter === '"') take(endOfString(text, at), "The string is not valid");
    else take(end(SCALAR, text, at), "A value was expected");
    wanted = NEXT;
  };
  const next = (letter) => {
    if (letter !== ",") throw new Invalid(`A comma or ${CLOSING[open.at(-1)]} was expected`, at);
    at++;
    wanted = open.at(-1) === "{" ? NAME : VALUE;
    write(comma);
    if (wanted === VALUE) write(lineOf(open.length));
  };
  try {
    // NOTE: the server takes a byte order mark before JSON; it stays.
    if (text[0] === "\ufeff") take(1);
    for (skip(); wanted !== NEXT || open.length; skip()) {
      const letter = text[at];
      const isEnd = letter === "}" || letter === "]";
      if (isEnd && wanted !== VALUE && wanted !== NAME && letter === CLOSING[open.at(-1)]) close(letter);
      else if (wanted === NEXT) next(letter);
      else if (wanted === NAME || wanted === FIRST_NAME) name();
      else value(letter);
    }
    if (at < text.length) throw new Invalid("The text goes on after the value", at);
    return { text: length <= most ? out.join("") : text };
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

// Returns the end of the string at a place, or -1. It never looks at a character twice, as a stranger writes the text.
function endOfString(text, at) {
  if (text[at] !== '"') return -1;
  for (let place = at + 1; place >= 0; place = end(ESCAPE, text, place)) {
    place = end(PLAIN, text, place);
    if (text[place] === '"') return place + 1;
  }
  return -1;
}

function placeOf(text, at) {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: before.at(-1).length + 1 };
}
