// The usage of a user in a row of the list, read when the row is in view.
import { text } from "../../en/users.js";
import { readJson } from "../api.js";
import { bytes, number } from "../format.js";
import { useReading } from "../loading.js";
import { request } from "../request.js";
import { html } from "../ui.js";
import { wholeOf } from "./usage.js";

const AT_ONCE = 4;
let running = 0;
const queue = [];

export function UsageCell({ id }) {
  const { value, error } = useReading((signal) => inTurn(() => usageOf(id, signal), signal), [id]);
  if (error) return html`<span class="soft">${error.status === 403 ? text.unknown : error.info}</span>`;
  return value ? text.usage(number(wholeOf(value)), bytes(value.bytes)) : "…";
}

// Reads GET /usage of a user.
export const usageOf = (id, signal) => readJson(request("GET", ["usage"], { query: { userid: id } }), signal);

// Runs `read` when fewer than four run; a row that has left the view is skipped.
async function inTurn(read, signal) {
  if (running >= AT_ONCE) await new Promise((resolve) => queue.push(resolve));
  else running += 1;
  try {
    signal.throwIfAborted();
    return await read();
  } finally {
    const next = queue.shift();
    if (next) next();
    else running -= 1;
  }
}
