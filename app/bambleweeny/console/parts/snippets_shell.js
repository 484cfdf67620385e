// The forms of a request for a shell: curl and the command line. Pure.
import { Inexpressible, Secret, isPlain, printed, quoted, word } from "./quoting.js";
import { pathOf } from "./request.js";
import { FILE, contentOf, secretsOf } from "./snippets_inputs.js";

// Returns the curl command of a request. It reads the token from $TOKEN.
export function curlOf(request, url) {
  const { method, headers, isPublic } = request;
  const content = contentOf(request);
  const isUsual = method === (content ? "POST" : "GET");
  const options = [isUsual ? "" : method === "HEAD" ? "-I " : `-X ${word(method)} `, isStream(request) ? "-N " : ""].join("");
  const lines = [`curl ${options}${quoted(url + pathOf(request))}`];
  if (!isPublic) lines.push('-H "Authorization: Bearer $TOKEN"');
  for (const [name, value] of Object.entries(headers)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (!content) return lines.join(NEXT);
  // Without this, curl names a type that the sender did not.
  if (!Object.keys(headers).some((name) => name.toLowerCase() === "content-type")) lines.push("-H 'Content-Type:'");
  const [before, data] = dataOf(request, content);
  return before + [...lines, `--data-binary ${data}`].join(NEXT);
}

// Returns the command of the command line for a call of the table, with the token in $TOKEN.
export function commandOf({ template, takes }, inputs, { url, isPublic }) {
  const [words, line] = [[], { before: "", options: [] }];
  for (const part of template.split(" ")) {
    if (part.startsWith("--")) line.options.push(part);
    else if (part.startsWith("{")) words.push(...positionalsOf(part.slice(1, -1), inputs, line));
    else words.push(part);
  }
  for (const [name, value] of Object.entries(inputs)) line.options.push(...optionOf(takes, name, value));
  if (!HOME.includes(url)) line.options.push(`--url ${word(url)}`);
  const hasDash = words.some((one) => one.startsWith("-") && one !== INPUT);
  const verbs = template.split(" ").findIndex((part) => part.startsWith("{"));
  const all = hasDash ? [...words.slice(0, verbs), ...line.options, "--", ...words.slice(verbs)] : [...words, ...line.options];
  return `${line.before}${isPublic ? "" : "BAMBLEWEENY_TOKEN=$TOKEN "}bambleweeny ${all.join(" ")}`;
}

const NEXT = " \\\n  ";
// The URLs that the command line takes without --url.
export const HOME = ["http://localhost:8080", "http://127.0.0.1:8080"];
const FLAGS = ["keep_ttl", "front", "paused"];
const INPUT = "-";

const isStream = ({ segments: [noun, ...rest], headers }) => (noun === "events" && !rest.length) || /ndjson|event-stream/.test(headers.Accept ?? "");

// Returns what comes before curl, and the argument of --data-binary.
function dataOf(request, { text }) {
  const secrets = secretsOf(request);
  if (text === null) {
    if (secrets.length) throw new Inexpressible("a secret in a file");
    return ["", `@${FILE}`];
  }
  if (secrets.length) return ["", withSecrets(JSON.parse(text), secrets)];
  if (text.startsWith("@") || !isPlain(text)) return [`${printed(text)} | `, "@-"];
  return ["", quoted(text)];
}

function withSecrets(fields, secrets) {
  const marks = secrets.map(([name, variable]) => [name, `"\u0001${variable}"`]);
  const marked = JSON.stringify({ ...fields, ...Object.fromEntries(marks.map(([name, mark]) => [name, mark.slice(1, -1)])) });
  return quoted(marked).replace(/"\\u0001(\w+)"/g, (_, variable) => `"'"$${variable}"'"`);
}

function positionalsOf(name, inputs, line) {
  const value = inputs[name];
  if (value === undefined) throw new Inexpressible(name);
  delete inputs[name];
  if (value instanceof Secret) {
    if (line.before) throw new Inexpressible("two inputs");
    if (name !== "password") return [`"$${value.variable}"`];
    line.before = `printf '%s\\n' "$${value.variable}" | `;
    return [INPUT];
  }
  if (["value", "document", "file"].includes(name)) return [contentWord(name, value, line)].filter(Boolean);
  return [value].flat().map((one) => wordOf(name, one));
}

function wordOf(name, value) {
  if (!["string", "number"].includes(typeof value) || !isPlain(String(value))) throw new Inexpressible(name);
  return word(String(value));
}

// Returns the word of a value: a text, a file, or nothing if it is on standard input.
function contentWord(name, { text }, line) {
  if (text === null) return name === "file" ? FILE : `@${FILE}`;
  if (name !== "file" && isPlain(text) && !/^[@-]/.test(text)) return quoted(text);
  line.before = `${printed(text)} | `;
  return name === "file" || name === "document" ? INPUT : undefined;
}

function optionOf(takes, name, value) {
  const taken = takes.find(([from]) => from === name);
  if (!taken) throw new Inexpressible(name);
  if (name === "order") return value === "newest" ? ["--newest"] : [];
  const flag = `--${(name === "scopes" ? "scope" : taken[1]).replaceAll("_", "-")}`;
  if (FLAGS.includes(name)) return isOn(value) ? [flag] : [];
  return [value].flat().map((one) => optionText(flag, one));
}

function optionText(flag, value) {
  if (value instanceof Secret) return `${flag} "$${value.variable}"`;
  return flag + (String(value).startsWith("-") ? "=" : " ") + wordOf(flag, value);
}

function isOn(value) {
  if (value === true || value === "1") return true;
  if (value === false) return false;
  throw new Inexpressible(String(value));
}
