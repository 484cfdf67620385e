// Home: what is stored, five first steps, and what happens now.
import { text } from "../en/home.js";
import { API_URL, readJson } from "../parts/api.js";
import { bytes, number } from "../parts/format.js";
import { CARDS } from "../parts/home/cards.js";
import { Card } from "../parts/home/card.js";
import { Events } from "../parts/home/events.js";
import { TokenLine } from "../parts/home/token.js";
import { useLive } from "../parts/live.js";
import { Loaded, useReading } from "../parts/loading.js";
import { useRefresh } from "../parts/refresh.js";
import { request } from "../parts/request.js";
import { acting, mayCall, mayDo, ownerName, sandboxOf, session } from "../parts/session.js";
import { html, useState, useTitle } from "../parts/ui.js";
import { Readable } from "../parts/within.js";

const COUNTED = ["keys", "lists", "topics", "routes", "bins"];
const PAGES = { keys: "keys", lists: "lists", topics: "topics", routes: "routes", bins: "inbox" };

export default function Home() {
  useTitle(text.title);
  const usage = useReading((signal) => readJson(request("GET", ["usage"]), signal), []);
  useLive(() => true, usage.reload);
  // NOTE: there is no event of a new route or bin.
  useRefresh(usage.reload);
  return html`<div class="contents"><h1>${acting.value ? text.acting(acting.value.name) : text.title}</h1>
    <${Loaded} reading=${usage}>${(found) => html`<${Shown} usage=${found} />`}</${Loaded}></div>`;
}

// The events come first if all steps were done when the page was opened; what changes later moves nothing.
function Shown({ usage }) {
  const cards = CARDS.filter((card) => mayCall(card.request));
  const [wasDone] = useState(cards.every(({ noun }) => usage[noun] > 0));
  return html`<div class="contents"><${Figures} usage=${usage} />
    ${wasDone && html`<${Events} />`}
    ${cards.length > 0 && html`<section class="stack"><h2>${text.first}</h2><p class="soft">${text.firstNote} <a href=${`${API_URL}/docs/quickstart`}>${text.more}</a></p>
      <${TokenLine} />
      <div class="cards">${cards.map((card) => html`<${Card} key=${card.name} card=${card} count=${usage[card.noun]} />`)}</div></section>`}
    ${!wasDone && html`<${Events} />`}</div>`;
}

function Figures({ usage }) {
  const { limits } = usage;
  const { scopes } = session.value;
  const limit = (value, shown) => (value ? html` <span class="soft">${text.of(shown(value))}</span>` : null);
  const named = (noun) => (mayDo(noun, "read") ? html`<a href=${`#/${PAGES[noun]}`}>${text.nouns[noun]}</a>` : text.nouns[noun]);
  return html`<div class="stack">${scopes && !sandboxOf(session.value) && html`<div class="note"><p>${text.tokenMay} <code>${scopes.join(" ")}</code></p>${["keys", "lists", "topics"].map((noun) => html`<${Readable} key=${noun} noun=${noun} title=${text.nouns[noun]} />`)}</div>
    <p class="soft">${text.allOf(ownerName())}</p>`}
    <dl class="figures" aria-label=${text.figures}>
      ${COUNTED.map((noun) => html`<div key=${noun}><dt>${named(noun)}</dt><dd>${number(usage[noun])}</dd></div>`)}
      <div><dt>${text.nouns.bytes}</dt><dd>${bytes(usage.bytes)}${limit(limits.max_bytes, bytes)}</dd></div>
    </dl></div>`;
}
