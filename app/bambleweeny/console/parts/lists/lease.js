// Taking the oldest ready item as a worker does, and how a worker does it.
import { text } from "../../en/lists.js";
import { to } from "../address.js";
import { call } from "../api.js";
import { say, sayError } from "../dialogs.js";
import { mayDo } from "../session.js";
import { Empty, SnippetBox } from "../snippet_box.js";
import { html, useState } from "../ui.js";
import { ackOf, leaseFrom } from "./calls.js";

// Leases an item for the time of the list, and shows it beside the leased ones.
async function leaseOne(list) {
  const [leased] = (await call(leaseFrom(list))).json().items;
  if (!leased) return say(text.nothingToLease);
  say(text.leasedNow);
  location.hash = to("lists", list, { state: "leased", item: leased.id });
  return undefined;
}

export function LeaseButton({ list }) {
  const [isBusy, setBusy] = useState(false);
  const lease = () => {
    setBusy(true);
    void leaseOne(list).catch(sayError).finally(() => setBusy(false));
  };
  return mayDo("lists", "pop", list) && html`<button type="button" class="small" title=${text.leaseHint} aria-disabled=${isBusy} onClick=${lease}>${text.leaseOne}</button>`;
}

// What stands in place of leased items: the calls of a worker.
export function HowToLease({ list }) {
  if (!mayDo("lists", "pop", list)) return html`<p>${text.empty(text.states.leased.toLowerCase())}</p>`;
  return html`<${Empty} sentence=${text.howLeased} request=${leaseFrom(list)} onRun=${() => leaseOne(list)}
    after=${html`<p>${text.thenAck}</p><${SnippetBox} request=${ackOf(list, "LEASE")} />`} />`;
}
