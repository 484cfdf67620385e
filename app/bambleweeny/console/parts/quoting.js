// Texts and values as literals of a shell, of Python and of JavaScript. Pure.
import { problemOf } from "./json_text.js";

// Thrown for what a client cannot express.
export class Inexpressible extends Error {}

// A value that a snippet reads from a variable of the environment, so that no secret is shown.
export class Secret {
  constructor(variable) {
    this.variable = variable;
  }
}

// Returns whether a terminal takes a text as it is when it is pasted: it has no control characters but line ends.
export const isPlain = (text) => text.search(CONTROLS) < 0;

// Returns a text in single quotes, for every POSIX shell.
export const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

// Returns a word of a shell, in quotes only if it needs them.
export const word = (text) => (/^[A-Za-z0-9_@%+:,./-]+$/.test(text) ? text : quoted(text));

// Returns a command that prints a text, byte for byte; control characters are written as octal escapes.
export function printed(text) {
  if (isPlain(text)) return `printf '%s' ${quoted(text)}`;
  return `printf '%b' ${quoted(text.replaceAll("\\", "\\\\").replace(new RegExp(CONTROLS, "g"), octal))}`;
}

// Returns a text as a literal that Python and JavaScript both read.
export const literal = (text) => JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);

// Returns the text of a JSON document as a literal of `language`: PYTHON or JAVASCRIPT. Inexpressible if it is no JSON, or a number or name would change.
export function documentLiteral(text, language) {
  if (problemOf(text)) throw new Inexpressible(text);
  return text.trim().replace(/"(?:[^"\\]|\\.)*"|true|false|null|-?\d[\d.eE+-]*/g, (token) => {
    if (token[0] === '"') return stringLiteral(JSON.parse(token), language);
    if (token in language.words) return language.words[token];
    return numberLiteral(token, language);
  });
}

// Returns a value that JSON can have, or a Secret, as a literal of `language`.
export function valueLiteral(value, language) {
  return value instanceof Secret ? language.variable(value.variable) : documentLiteral(JSON.stringify(value), language);
}

// Returns a number of JSON as a literal. Inexpressible if the language would round it.
export function numberLiteral(token, language) {
  const isWhole = /^-?\d+$/.test(token);
  const digits = token.replace(/[eE].*$/, "").replace(/[^\d]/g, "").length;
  const isExact = isWhole ? language.hasBigIntegers || Number.isSafeInteger(Number(token)) : digits <= 15 && Number.isFinite(Number(token));
  if (!isExact) throw new Inexpressible(token);
  return token;
}

// The languages of literals.
export const PYTHON = {
  words: { true: "True", false: "False", null: "None" },
  hasBigIntegers: true,
  variable: (name) => `os.environ[${literal(name)}]`,
};
export const JAVASCRIPT = {
  words: { true: "true", false: "false", null: "null" },
  hasBigIntegers: false,
  variable: (name) => `process.env.${name}`,
};

const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

const octal = (letter) => Array.from(new TextEncoder().encode(letter), (byte) => `\\0${byte.toString(8).padStart(3, "0")}`).join("");

function stringLiteral(text, language) {
  // A literal with this name would set the prototype of the object.
  if (language === JAVASCRIPT && text === "__proto__") throw new Inexpressible(text);
  return literal(text);
}
