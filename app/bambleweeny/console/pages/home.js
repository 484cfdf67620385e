// Home: what is stored, five first steps, and what happens now.
import { text } from "../en/home.js";
import { API_URL, call } from "../parts/api.js";
import { bytes, number, time } from "../parts/format.js";
import { addressOf, CARDS } from "../parts/home/cards.js";
import { Card } from "../parts/home/card.js";
import { onEvents, useLive } from "../parts/live.js";
import { Loaded, useReading } from "../parts/loading.js";
import { useRefresh } from "../parts/refresh.js";
import { request } from "../parts/request.js";
import { acting, mayUse } from "../parts/session.js";
import { html, useEffect, useState, useTitle } from "../parts/ui.js";

const MOST_EVENTS = 20;
const COUNTED = ["keys", "lists", "topics", "routes", "bins"];
const PAGES = { keys: "keys", lists: "lists", topics: "topics", routes: "routes", bins: "inbox" };

export default function Home() {
  useTitle(text.title);
  const usage = useReading(async (signal) => (await call(request("GET", ["usage"]), { signal, isQuiet: true })).json(), []);
  useLive(() => true, usage.reload);
  // NOTE: there is no event of a new route or bin.
  useRefresh(usage.reload);
  return html`<div class="contents"><h1>${acting.value ? text.acting(acting.value.name) : text.title}</h1>
    <${Loaded} reading=${usage}>${(found) => html`<${Figures} usage=${found} />
      <h2>${text.first}</h2><p class="soft">${text.firstNote} <a href=${`${API_URL}/docs/quickstart`}>${text.more}</a></p>
      <div class="cards">${CARDS.filter(({ noun }) => mayUse(noun)).map((card) => html`<${Card} key=${card.name} card=${card} isDone=${found[card.noun] > 0} />`)}</div>`}
    </${Loaded}>
    <${Events} /></div>`;
}

function Figures({ usage }) {
  const { limits } = usage;
  const limit = (value, shown) => (value ? html` <span class="soft">${text.of(shown(value))}</span>` : null);
  return html`<dl class="figures" aria-label=${text.figures}>
    ${COUNTED.map((noun) => html`<div key=${noun}><dt><a href=${`#/${PAGES[noun]}`}>${text.nouns[noun]}</a></dt><dd>${number(usage[noun])}</dd></div>`)}
    <div><dt>${text.nouns.bytes}</dt><dd>${bytes(usage.bytes)}${limit(limits.max_bytes, bytes)}</dd></div>
  </dl>`;
}

function Events() {
  const [events, setEvents] = useState([]);
  useEffect(() => onEvents((event) => event.name && setEvents((last) => [{ ...event, when: Date.now(), id: (last[0]?.id ?? 0) + 1 }, ...last].slice(0, MOST_EVENTS))), []);
  return html`<section class="stack"><h2>${text.events}</h2>
    ${events.length
      ? html`<div class="plain" tabindex="0"><table aria-label=${text.events}><tbody>${events.map((event) => html`<tr class="row" key=${event.id}>
          <td class="soft">${time(event.when)}</td><td>${text.eventNames[event.event] ?? event.event}</td>
          <th scope="row"><a class="opens" href=${addressOf(event)}>${event.name}</a></th></tr>`)}</tbody></table></div>`
      : html`<p class="soft">${text.eventsNone}</p>`}</section>`;
}
