// What a bin has received, as cells of the table of bins: how many requests are kept, when the last one came, and how many were refused.
import { text } from "../../en/inbox.js";
import { readJson } from "../api.js";
import { Since } from "../countdown.js";
import { number } from "../format.js";
import { itemsOf, STATES, statsOf } from "../lists/calls.js";
import { useLive } from "../live.js";
import { useReading } from "../loading.js";
import { idOf } from "../public/urls.js";
import { request } from "../request.js";
import { mayDo } from "../session.js";
import { html } from "../ui.js";
import { MOST_REFUSED, refusedOf } from "./refused.js";

// `read(bin, signal)` returns what `show` shows of a bin that may look at it. `isShared` is whether another bin has the same list or topic.
function Received({ bin, isShared, read, show }) {
  const found = useReading((signal) => read(bin, signal), [bin.list, bin.topic]);
  useLive(({ event, name }) => (["bin.call", "bin.refuse"].includes(event) && name === idOf(bin)) || (event.startsWith("list.") && name === bin.list), found.reload);
  return html`<span>${found.value === undefined ? "" : show(found.value)} ${isShared && found.value !== undefined && html`<span class="soft" title=${text.sharedHint}>${text.shared}</span>`}</span>`;
}

const mayRead = ({ list, topic }) => mayDo(list ? "lists" : "topics", "read", list ?? topic);
const showWhen = (when) => (when ? html`<${Since} when=${when} />` : text.nothing);

// The number of requests in the list of a bin; of a topic no number is known.
export const Kept = ({ bin, isShared }) => bin.list && mayRead(bin) && html`<${Received} bin=${bin} isShared=${isShared} read=${countIn} show=${number} />`;
// When the newest request came that is kept.
export const Last = ({ bin, isShared }) => mayRead(bin) && html`<${Received} bin=${bin} isShared=${isShared} read=${lastIn} show=${showWhen} />`;
// How many requests the bin has refused lately.
export const RefusedCount = ({ bin }) => html`<${Received} bin=${bin} read=${refusalsOf} show=${(count) => html`<span class=${count ? "dead" : "soft"}>${text.refusals(count, count === MOST_REFUSED)}</span>`} />`;

async function countIn({ list }, signal) {
  const counts = await readJson(statsOf(list), signal);
  return STATES.reduce((sum, state) => sum + counts[state], 0);
}

async function lastIn({ list, topic }, signal) {
  const [newest] = list
    ? (await readJson(itemsOf(list, { order: "newest", limit: 1, preview: 0 }), signal)).items
    : (await readJson(request("GET", ["topics", topic], { query: { last: 1 } }), signal)).messages;
  return newest ? (newest.enqueued ?? newest.time) : null;
}

const refusalsOf = async (bin, signal) => (await readJson(refusedOf(idOf(bin)), signal)).refused.length;
