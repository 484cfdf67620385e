// All fields of one entry.
import { text } from "../../en/audit.js";
import { to } from "../address.js";
import { moment } from "../format.js";
import { session } from "../session.js";
import { html, useEffect, useRef, useValue } from "../ui.js";

export function Entry({ entry, onClose }) {
  const { admin, id } = useValue(session);
  const heading = useRef();
  useEffect(() => heading.current.focus(), [entry.id]);
  const linked = {
    actor_id: admin && entry.actor_id && to("users", entry.actor_id),
    token: entry.actor_id === id && entry.token && to("tokens", entry.token),
  };
  const shown = (name) => (name === "time" ? moment(entry.time) : linked[name] ? html`<a href=${linked[name]}>${entry[name]}</a>` : entry[name]);
  return html`<section class="card beside" aria-labelledby="entry-title">
    <div class="bar"><h2 id="entry-title" ref=${heading} tabindex="-1" class="grow">${text.details}: ${entry.action}</h2><button type="button" class="close" aria-label=${text.close} onClick=${onClose}>✕</button></div>
    <dl class="facts">${Object.entries(text.fields).filter(([name]) => entry[name]).map(([name, title]) => html`<dt key=${`${name}-t`}>${title}</dt><dd key=${name}>${shown(name)}</dd>`)}</dl>
  </section>`;
}
