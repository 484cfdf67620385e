// The line on every page of a login with the token of a sandbox.
import { text } from "../../en/sandboxes.js";
import { readJson } from "../api.js";
import { Countdown } from "../countdown.js";
import { useReading } from "../loading.js";
import { useRefresh } from "../refresh.js";
import { needsLogin, sandboxOf, session } from "../session.js";
import { html, useState, useValue } from "../ui.js";
import { reset, SnapshotDialog } from "./actions.js";
import { one, SELF } from "./calls.js";

export function Inside() {
  const found = useValue(session);
  return sandboxOf(found) ? html`<${Line} key=${found.token} />` : null;
}

function Line() {
  const [isTaking, setTaking] = useState(false);
  const reading = useReading((signal) => readJson(one(SELF), signal), []);
  useRefresh(reading.reload);
  const found = reading.value;
  const hasEnded = useValue(needsLogin)?.hasEnded;
  if (!found) return null;
  if (hasEnded) return html`<section class="acting" aria-label=${text.here}><span>${text.insideEnded(found)}</span></section>`;
  return html`<section class="acting" aria-label=${text.here}><span>${text.inside(found)} <${Countdown} ends=${found.ends} />.</span>
    <button type="button" class="small" onClick=${() => void reset(SELF, found)}>${text.reset}</button>
    <button type="button" class="small" onClick=${() => setTaking(true)}>${text.take}</button>
    ${isTaking && html`<${SnapshotDialog} id=${SELF} snapshots=${found.snapshots} onClose=${() => setTaking(false)} onTaken=${reading.reload} />`}</section>`;
}
