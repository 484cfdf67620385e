// A request that was kept as a curl command, which a shell runs safely whatever the request contains. Pure.
import { isPlain, printed, quoted, word } from "../quoting.js";
import { decoded } from "../values.js";
import { sentHeaders } from "./paths.js";

const MOST_IN_AN_ARGUMENT = 20_000;
// Headers that curl adds without being asked.
const ADDED = ["user-agent", "accept"];
const NEXT = " \\\n  ";

// Returns a command that sends the request to a URL, to which its path and query are added.
export function curlOf({ method, path, query, headers, bytes }, url) {
  const sent = sentHeaders(headers);
  const isUsual = method === (bytes.length ? "POST" : "GET");
  const lines = [`curl --globoff --path-as-is ${isUsual ? "" : `-X ${word(method)} `}${argument(url.replace(/\/$/, "") + path + (query && `?${query}`))}`];
  for (const [name, value] of sent) lines.push(`-H ${argument(value ? `${name}: ${value}` : `${name};`)}`);
  const lacking = [...ADDED, ...(bytes.length ? ["content-type"] : [])].filter((name) => !sent.some(([other]) => other === name));
  for (const name of lacking) lines.push(`-H '${name}:'`);
  if (!bytes.length) return lines.join(NEXT);
  const text = decoded(bytes);
  if (text !== null && isPlain(text) && !text.startsWith("@") && text.length <= MOST_IN_AN_ARGUMENT) return [...lines, `--data-binary ${quoted(text)}`].join(NEXT);
  return `${text === null ? `printf '%b' '${octal(bytes)}'` : printed(text)} | ${[...lines, "--data-binary @-"].join(NEXT)}`;
}

const argument = (text) => (isPlain(text) && !text.includes("\n") ? quoted(text) : `"$(${printed(text)})"`);

const octal = (bytes) => Array.from(bytes, (byte) => `\\0${byte.toString(8).padStart(3, "0")}`).join("");
