// What happens now: the latest events, each with a link to what it is about.
import { text } from "../../en/home.js";
import { readJson } from "../api.js";
import { serverNow } from "../clock.js";
import { time } from "../format.js";
import { onEvents } from "../live.js";
import { useReading } from "../loading.js";
import { idOf } from "../public/urls.js";
import { request } from "../request.js";
import { mayDo } from "../session.js";
import { html, useEffect, useRef, useState } from "../ui.js";
import { addressOf } from "./cards.js";

const MOST = 20;
const PUBLIC = ["bins", "routes"];

export function Events() {
  const [events, setEvents] = useState([]);
  const names = useReading(readNames, []);
  const known = useRef();
  known.current = names.value;
  useEffect(() => onEvents((event) => {
    if (!event.name) return;
    setEvents((last) => [{ ...event, when: serverNow(), id: (last[0]?.id ?? 0) + 1 }, ...last].slice(0, MOST));
    // NOTE: an event names a bin or route by its id, and one that is new has no name here yet.
    if (/^(bin|route)\./.test(event.event) && known.current && !known.current.has(event.name)) void names.reload();
  }), []);
  return html`<section class="stack"><h2>${text.events}</h2>
    ${events.length
      ? html`<div class="plain" tabindex="0"><table aria-label=${text.events}><tbody>${events.map((event) => html`<tr class="row" key=${event.id}>
          <td class="soft">${time(event.when)}</td><td>${text.eventNames[event.event] ?? event.event}</td>
          <th scope="row"><a class="opens" href=${addressOf(event)}>${names.value?.get(event.name) ?? event.name}</a></th></tr>`)}</tbody></table></div>`
      : html`<p class="soft">${text.eventsNone}</p>`}</section>`;
}

// Returns a map from the ids of bins and routes to their names.
async function readNames(signal) {
  const rows = await Promise.all(PUBLIC.filter((noun) => mayDo(noun, "read")).map(async (noun) => (await readJson(request("GET", [noun]), signal))[noun]));
  return new Map(rows.flat().map((row) => [idOf(row), row.name || idOf(row)]));
}
