// A request as a bin or the journal of a route keeps it. Pure.
import { bytesOf } from "../json_bytes.js";

// Returns `{ time, method, path, query, headers, ip, verified, rule, status, cut, bytes }` of the JSON of a request, or null if it is none.
// `headers` are pairs.
export function keptOf(text) {
  const found = parsed(text);
  if (!found || ![found.time, found.method, found.path].every((part) => typeof part === "string")) return null;
  const { time, method, path, query = "", headers = {}, ip = "", verified, rule, status, cut, body = "" } = found;
  try {
    return { time, method, path, query: String(query), headers: Object.entries(headers).map(([name, value]) => [name, String(value)]), ip: String(ip), verified, rule, status, cut, bytes: bytesOf(body) };
  } catch {
    return null;
  }
}

// Returns `{ time, method, path, query }` of the beginning of such a text, or null.
export function headOf(text) {
  const found = HEAD.exec(text);
  if (!found) return null;
  const [time, method, path, query = ""] = found.slice(1).map((part) => part && parsed(`"${part}"`));
  return method === null || path === null ? null : { time, method, path, query: query ?? "" };
}

// Returns the kind of the event that the beginning of such a text names in a header, else the beginning of the body, or "".
export function hintIn(text) {
  const found = EVENT.exec(text)?.[1] ?? BODY.exec(text)?.[1] ?? "";
  return (parsed(`"${found.replace(/\\(?:u[0-9a-f]{0,3})?$/i, "")}"`) ?? "").replace(/\s+/g, " ").slice(0, MOST_HINT).trim();
}

// Returns the value of a header, whose name is in lower case, or "".
export const headerOf = ({ headers }, name) => headers.find(([other]) => other === name)?.[1] ?? "";

const TEXT = '((?:[^"\\\\]|\\\\.)*)';
const MOST_HINT = 60;
const EVENT = /"(?:x-[a-z-]*(?:event|topic)(?:-(?:type|name|key))?|ce-type)":"((?:[^"\\]|\\.)*)"/i;
const BODY = /,"body":"((?:[^"\\]|\\.)*)/;
const HEAD = new RegExp(`^\\{"time":"${TEXT}","method":"${TEXT}","path":"${TEXT}(?:","query":"${TEXT})?`);

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
