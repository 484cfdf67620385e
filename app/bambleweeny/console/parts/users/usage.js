// What a user stores, against its limits, and its traffic.
import { text } from "../../en/users.js";
import { bytes, number } from "../format.js";
import { html } from "../ui.js";
import { Traffic } from "./traffic.js";

const COUNTS = ["keys", "lists", "topics", "routes", "bins"];

// Returns how many keys, lists, topics, routes and bins there are together, as the quota counts them.
export const wholeOf = (usage) => COUNTS.reduce((sum, noun) => sum + usage[noun], 0);

// `usage` is the answer of GET /usage.
export function Usage({ usage }) {
  const { quota, max_bytes: most } = usage.limits;
  return html`<dl class="figures">${COUNTS.map((noun) => html`<div key=${noun}><dt>${text.counts[noun]}</dt><dd>${number(usage[noun])}</dd></div>`)}</dl>
    <${Share} label=${text.limitNames.quota} used=${wholeOf(usage)} limit=${quota} shown=${number} />
    <${Share} label=${text.bytes} used=${usage.bytes} limit=${most} shown=${bytes} />
    ${usage.idempotency_keys > 0 && html`<p class="note">${text.idempotencyKeys(usage.idempotency_keys)}</p>`}
    <h3>${text.traffic}</h3><${Traffic} traffic=${usage.traffic} />`;
}

function Share({ label, used, limit, shown }) {
  return html`<div class="share"><span>${label}</span><span class="number">${limit ? text.of(shown(used), shown(limit)) : `${shown(used)} (${text.unlimited})`}</span>
    ${limit > 0 && html`<meter aria-label=${label} min="0" max=${limit} high=${limit * 0.9} value=${Math.min(used, limit)}></meter>`}</div>`;
}
