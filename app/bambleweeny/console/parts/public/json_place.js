// Where a path such as `$.rules[0].answers` is in the text of a JSON document. Pure.
import { tokens } from "../json_text.js";

const MOST_TOKENS = 200_000;

// Returns the line, counted from 1, of the nearest place to a path that the text has.
export const lineOf = (text, path) => linesOf(text, path)[0];

// Returns the first and the last line of the value at that place.
export function linesOf(text, path) {
  const wanted = stepsOf(path);
  let [line, best, last, depth, level] = [1, 1, 1, 0, -1];
  const open = [];
  for (const { kind, text: part } of tokens(text, MOST_TOKENS)) {
    const here = () => {
      const top = open.at(-1);
      top.isOn = top.step === wanted[open.length - 1] && (open.at(-2)?.isOn ?? true);
      if (top.isOn && open.length > depth) [best, last, depth, level] = [line, line, open.length, open.length];
    };
    if (kind === "mark" && ",}]".includes(part) && open.length === level) level = -1;
    if (kind === "name") {
      open.at(-1).step = nameOf(part);
      here();
    } else if (kind === "mark") {
      if ("{[".includes(part)) {
        if (open.at(-1)?.isList) here();
        open.push({ isList: part === "[", step: part === "[" ? 0 : undefined });
      } else if ("}]".includes(part)) open.pop();
      else if (part === "," && open.at(-1)?.isList) open.at(-1).step++;
    } else if (kind !== "space" && open.at(-1)?.isList) here();
    if (level >= 0 && kind !== "space") last = line;
    line += part.split("\n").length - 1;
    if (!open.length && depth) break;
  }
  return [best, last];
}

// Returns the path that an error of the server names, or undefined.
export const pathIn = (info) => /- at `(\$[^`]*)`/.exec(info)?.[1] ?? (/^'(\w+)'/.test(info) ? `$.${/^'(\w+)'/.exec(info)[1]}` : undefined);

// Returns the line and column of a place in bytes, as the server names it in a hint, or undefined.
export function lineOfByte(text, hint) {
  const at = /\(byte (\d+)\)/.exec(hint ?? "")?.[1];
  return at && new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, Number(at))).split("\n").length;
}

const stepsOf = (path) => [...path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\[\.\.\.\]/g)].map(([, name, index]) => name ?? Number(index ?? 0));

function nameOf(token) {
  try {
    return JSON.parse(token);
  } catch {
    return token;
  }
}
