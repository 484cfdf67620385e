// What a bin has received, as two cells of the table of bins: how many requests are kept, and when the last one came.
import { text } from "../../en/inbox.js";
import { readJson } from "../api.js";
import { ago, number } from "../format.js";
import { itemsOf, STATES, statsOf } from "../lists/calls.js";
import { useLive } from "../live.js";
import { useReading } from "../loading.js";
import { idOf } from "../public/urls.js";
import { request } from "../request.js";
import { mayDo } from "../session.js";
import { html } from "../ui.js";

export function Received({ bin, read }) {
  const found = useReading((signal) => read(bin, signal), [bin.list, bin.topic]);
  useLive(({ event, name }) => (event === "bin.call" && name === idOf(bin)) || (event.startsWith("list.") && name === bin.list), found.reload);
  return html`<span>${found.value ?? ""}</span>`;
}

// Returns the number of requests in the list of a bin; of a topic no number is known.
export async function countIn({ list }, signal) {
  if (!list || !mayDo("lists", "read", list)) return "";
  const counts = await readJson(statsOf(list), signal);
  return number(STATES.reduce((sum, state) => sum + counts[state], 0));
}

// Returns when the newest request came that is kept.
export async function lastIn({ list, topic }, signal) {
  if (!mayDo(list ? "lists" : "topics", "read", list ?? topic)) return "";
  const [newest] = list
    ? (await readJson(itemsOf(list, { order: "newest", limit: 1, preview: 0 }), signal)).items
    : (await readJson(request("GET", ["topics", topic], { query: { last: 1 } }), signal)).messages;
  return newest ? ago(newest.enqueued ?? newest.time) : text.nothing;
}
