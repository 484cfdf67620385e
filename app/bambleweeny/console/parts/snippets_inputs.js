// What a request says, as named inputs: parts of its path, query parameters, headers, and fields of its body. Pure.
import { tokens } from "./json_text.js";
import { Inexpressible, Secret } from "./quoting.js";
import { CALLS, DOCUMENT, FIELDS, PATCH, VALUE } from "./snippets_calls.js";
import { decoded } from "./values.js";

// The file that a snippet reads in place of a body that is binary or long.
export const FILE = "body.bin";

// Returns the body of a request as `{ bytes, text }`, or undefined if it has none. `text` is null if the body is not UTF-8 or is long.
export function contentOf({ body }) {
  if (body === undefined || body === null) return undefined;
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return { bytes: undefined, text: null };
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return { bytes, text: bytes.length > MOST_SHOWN ? null : decoded(bytes) };
}

// Returns the names of the fields of a request's JSON body that are secret, each with the variable that a snippet reads.
export function secretsOf(request) {
  const fields = ["auth", "users", "config"].includes(request.segments[0]) ? fieldsOf(contentOf(request)) : undefined;
  return Object.entries(SECRETS).filter(([name]) => typeof fields?.[name] === "string");
}

// Returns a request that writes the document of a bin without the secrets in it: those of `verify` and `challenge`. All other requests stay.
export function withoutSecrets(request) {
  const isDocument = request.segments.join("/") === "bins" && typeof request.body === "string";
  return isDocument ? { ...request, body: masked(request.body) } : request;
}

// Yields `{ call, inputs }` for each call of the table that a request matches.
export function* callsOf(request) {
  const content = contentOf(request);
  const segments = segmentsOf(request);
  for (const call of CALLS) {
    const named = call.method === request.method && namedParts(call.path, segments);
    if (!named) continue;
    const inputs = joined(named, joined(renamed(request.query, QUERY), headersOf(request)));
    if (isAsked(call, inputs) && addBody(call, inputs, content, request)) yield { call, inputs };
  }
}

const MOST_SHOWN = 4096;
const SECRETS = { password: "PASSWORD", current: "CURRENT_PASSWORD", code: "CODE", token: "OTHER_TOKEN" };
const QUERY = { keepttl: "keep_ttl" };
const HEADERS = { "content-type": "type", "if-match": "if_match", "if-none-match": "if_none_match", "idempotency-key": "key", accept: "accept" };
const STREAMS = ["application/x-ndjson", "text/event-stream"];
const TYPES = { [DOCUMENT]: "application/json", [FIELDS]: "application/json", [PATCH]: "application/merge-patch+json" };

function masked(text) {
  let [depth, isSecret] = [0, false];
  const parts = tokens(text, Infinity).map(({ kind, text: part }) => {
    if (kind === "mark") depth += "{[".includes(part) - "}]".includes(part);
    if (kind === "name" && depth <= 2) isSecret = depth === 2 && /^"secrets?"$/.test(part);
    return kind === "string" && isSecret ? '"[secret]"' : part;
  });
  return parts.join("");
}

// A public route or bin is `@USER/NAME`, with two parts of the path.
function segmentsOf({ segments }) {
  const [noun, user, ...rest] = segments;
  if (user?.startsWith("@") && rest.length === 1) return [noun, `${user}/${rest[0]}`];
  return segments.length === 1 && noun === "" ? [] : segments;
}

function namedParts(path, segments) {
  if (path.length !== segments.length) return undefined;
  const named = {};
  for (const [index, part] of path.entries()) {
    if (part.startsWith("{")) named[part.slice(1, -1)] = segments[index];
    else if (part !== segments[index]) return undefined;
  }
  return named;
}

const renamed = (fields, names) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [names[name] ?? name, value]));
const headersOf = ({ headers }) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [HEADERS[name.toLowerCase()] ?? `header ${name}`, value]));

function joined(one, other) {
  const both = { ...one, ...other };
  if (Object.keys(both).length !== Object.keys(one).length + Object.keys(other).length) throw new Inexpressible("one name for two inputs");
  return both;
}

// Has a request the parameters of a call? Those with a fixed value are removed, and what the call ignores.
function isAsked(call, inputs) {
  for (const [name, wanted] of Object.entries(call.query)) {
    if (inputs[name] === undefined || (wanted && inputs[name] !== wanted)) return false;
    if (wanted) delete inputs[name];
  }
  if (call.isStream) {
    if (!STREAMS.includes(inputs.accept)) return false;
    delete inputs.accept;
  }
  for (const name of call.ignores?.split(" ") ?? []) delete inputs[name];
  return true;
}

// Adds the body to the inputs, and returns whether it is of the kind that the call has.
function addBody(call, inputs, content, request) {
  if (!call.body || !content) return !call.body && !content;
  if (call.body === VALUE) return Boolean((inputs.value = content));
  const fields = fieldsOf(content);
  if (!fields || ![undefined, TYPES[call.body]].includes(mediaType(inputs.type))) return false;
  delete inputs.type;
  if (call.body !== FIELDS) return Boolean((inputs.document = content));
  for (const [name, variable] of secretsOf(request)) fields[name] = new Secret(variable);
  for (const [name, value] of Object.entries(call.with ?? {})) {
    if (fields[name] !== value) return false;
    delete fields[name];
  }
  for (const [name, value] of Object.entries(fields)) {
    if (value !== null) continue;
    if (!call.hasNulls) return false;
    delete fields[name];
  }
  Object.assign(inputs, joined(inputs, fields));
  return true;
}

const mediaType = (type) => type?.split(";")[0].trim().toLowerCase();

function fieldsOf(content) {
  try {
    const fields = JSON.parse(decoded(content.bytes));
    return fields !== null && typeof fields === "object" && !Array.isArray(fields) ? fields : undefined;
  } catch {
    return undefined;
  }
}
