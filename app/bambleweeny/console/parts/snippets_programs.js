// The forms of a request for programs: Python and JavaScript. Pure.
import { Inexpressible, JAVASCRIPT, PYTHON, Secret, documentLiteral, literal, numberLiteral, valueLiteral } from "./quoting.js";
import { FILE } from "./snippets_inputs.js";

// Returns the Python program for a call of the table.
export function pythonOf({ template, takes }, inputs, { url, isPublic }) {
  const { result, method, args } = partsOf(template);
  const first = result === "first" && inputs.limit !== undefined ? literalOf("limit", taken(inputs, "limit"), PYTHON) : undefined;
  const given = args.map((arg) => argumentOf(arg, inputs, inPython));
  const named = Object.entries(inputs).map(([name, value]) => `${nameFor(takes, name).replace(/^(?:for|from)$/, "$&_")}=${literalOf(name, value, PYTHON)}`);
  const call = `client.${method}(${[...given, ...named].join(", ")})`;
  const statement = {
    print: `print(${call})`,
    token: `print(${call}.token)`,
    for: `for row in ${call}:\n    print(row)`,
    first: `for row in ${first ? `islice(${call}, ${first})` : call}:\n    print(row)`,
  }[result] ?? call;
  const login = isPublic ? "" : ', token=os.environ["TOKEN"]';
  const body = `client = Client(${literal(url)}${login})\n${statement}`;
  const modules = Object.keys(USES).filter((name) => USES[name].test(body)).map((name) => `import ${name}`);
  if (first) modules.push("from itertools import islice");
  if (body.includes(`Path(${literal(FILE)})`)) modules.push("from pathlib import Path");
  return [...modules, ...(modules.length ? [""] : []), "from bambleweeny import Client", "", body].join("\n");
}

// Returns the JavaScript program for a call of the table, for Node, where the module is a copy of the server's.
export function javascriptOf({ template, takes }, inputs, { url, isPublic, isBinary }) {
  const { result, method, args } = partsOf(template);
  const given = args.map((arg) => argumentOf(arg, inputs, inJavaScript));
  const options = Object.entries(inputs).map(([name, value]) => `${camelCase(nameFor(takes, name))}: ${literalOf(name, value, JAVASCRIPT)}`);
  if (options.length) given.push(`{ ${options.join(", ")} }`);
  const call = `client.${method}(${given.join(", ")})`;
  const statement = {
    print: `console.log(await ${call});`,
    token: `console.log((await ${call}).token);`,
    text: isBinary ? `process.stdout.write((await ${call})?.bytes ?? "");` : `console.log((await ${call})?.text());`,
    for: `for await (const row of ${call}) console.log(row);`,
  }[result] ?? `await ${call};`;
  const login = isPublic ? "" : ", { token: process.env.TOKEN }";
  const lines = [
    `// In Node: curl -o bambleweeny.mjs ${url}/bambleweeny.js`,
    `// In a page: import it from "${url}/bambleweeny.js".`,
    'import { Client } from "./bambleweeny.mjs";',
  ];
  if (given.some((arg) => arg.includes("await readFile("))) lines.push('import { readFile } from "node:fs/promises";');
  return [...lines, "", `const client = new Client(${literal(url)}${login});`, statement].join("\n");
}

const NUMBERS = ["limit", "preview", "last", "by", "max", "min", "userid", "user"];
const TIMES = ["ttl", "wait", "touch", "delay", "for", "overlap"];
const FLAGS = ["keep_ttl", "front"];
const USES = { json: /\bjson\.loads\(/, os: /\bos\.environ\[/ };
const TRUE = { [true]: true, 1: true };

const camelCase = (name) => (name === "key" ? "idempotencyKey" : name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase()));

function partsOf(template) {
  const [, result, method, args] = /^(?:(\w+) )?([\w.]+)\((.*)\)$/.exec(template);
  return { result, method, args: args ? args.split(", ") : [] };
}

function nameFor(takes, name) {
  const known = takes.find(([from]) => from === name);
  if (!known) throw new Inexpressible(name);
  return known[1];
}

function taken(inputs, name) {
  const value = inputs[name];
  if (value === undefined) throw new Inexpressible(name);
  delete inputs[name];
  return value;
}

// Returns an argument such as `{name}`, `seconds={wait}` or `undefined`.
function argumentOf(arg, inputs, write) {
  if (!arg.includes("{")) return arg;
  const [, keyword = "", name] = /^(\w+=)?\{(\w+)\}$/.exec(arg);
  return keyword + write(name, inputs);
}

function inPython(name, inputs) {
  if (name === "names") return valueLiteral(taken(inputs, "names").split(","), PYTHON);
  if (!["value", "bytes", "lines", "document"].includes(name)) return literalOf(name, taken(inputs, name), PYTHON);
  const { text } = taken(inputs, inputs.document ? "document" : "value");
  const file = `Path(${literal(FILE)}).read_bytes()`;
  if (name === "document") return text === null ? `json.loads(${file})` : documentLiteral(text, PYTHON);
  const value = text === null ? file : literal(text) + (name === "value" ? "" : ".encode()");
  return name === "lines" ? `${value}.splitlines(keepends=True)` : value;
}

function inJavaScript(name, inputs) {
  if (name === "names") return valueLiteral(taken(inputs, "names").split(","), JAVASCRIPT);
  if (!["value", "document"].includes(name)) return literalOf(name, taken(inputs, name), JAVASCRIPT);
  const { text } = taken(inputs, name);
  const file = `await readFile(${literal(FILE)}`;
  if (name === "value") return text === null ? `${file})` : literal(text);
  return text === null ? `JSON.parse(${file}, "utf-8"))` : documentLiteral(text, JAVASCRIPT);
}

// Returns the value of an option or a field: numbers and flags of a query are texts there.
function literalOf(name, value, language) {
  if (typeof value !== "string" || value instanceof Secret) return valueLiteral(value, language);
  if (FLAGS.includes(name)) {
    if (!TRUE[value]) throw new Inexpressible(name);
    return language.words.true;
  }
  const isNumber = /^(0|-?[1-9]\d{0,18})$/.test(value);
  if (NUMBERS.includes(name) && !isNumber) throw new Inexpressible(name);
  return isNumber && (NUMBERS.includes(name) || TIMES.includes(name)) ? numberLiteral(value, language) : literal(value);
}
