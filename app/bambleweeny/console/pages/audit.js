// The audit trail: who did what, as it happens.
import { text } from "../en/audit.js";
import { to } from "../parts/address.js";
import { readJson } from "../parts/api.js";
import { Entry } from "../parts/audit/entry.js";
import { entriesOf, useTrail } from "../parts/audit/trail.js";
import { serverNow } from "../parts/clock.js";
import { moment, time } from "../parts/format.js";
import { Grid } from "../parts/grid.js";
import { Loaded, useReading } from "../parts/loading.js";
import { useRowHeight } from "../parts/narrow.js";
import { request } from "../parts/request.js";
import { acting, session } from "../parts/session.js";
import { html, useEffect, useMemo, useState, useTitle, useValue } from "../parts/ui.js";

const COLUMNS = [
  { key: "action", title: text.columns.action, render: (entry) => html`<span>${entry.action}</span><span class="narrow"> ${entry.target}</span><span class="narrow second">${whenOf(entry)}, ${entry.actor}</span>` },
  { key: "outcome", title: text.columns.outcome, render: ({ outcome }) => html`<span class=${outcome === "ok" ? "good" : "dead"}>${outcome}</span>` },
  { key: "actor", title: text.columns.actor, isMinor: true, render: ({ actor }) => actor },
  { key: "time", title: text.columns.time, isMinor: true, render: (entry) => html`<time datetime=${entry.time} title=${moment(entry.time)}>${whenOf(entry)}</time>` },
  { key: "target", title: text.columns.target, isMinor: true, render: ({ target }) => html`<span title=${target}>${target}</span>` },
  { key: "address", title: text.columns.address, isMinor: true, render: ({ address }) => address },
];
const SEARCHED = ["action", "outcome", "actor", "target", "address", "token", "request_id"];
const MOST_SHOWN = 20_000;
const whenOf = ({ time: when }) => (new Date(when).toDateString() === new Date(serverNow()).toDateString() ? time(when) : moment(when));

// The filters are in the address: `#/audit?action=login&userid=7&period=1d`.
export default function Audit({ query: { action = "", userid = "", period = "newest" } }) {
  useTitle(text.title);
  const { admin } = useValue(session);
  const acted = useValue(acting);
  const asked = { action: action || undefined, userid: admin && !acted && userid ? userid : undefined };
  const reading = useReading((signal) => entriesOf({ ...asked, period }, signal), [action, userid, period]);
  const set = (changes) => (location.hash = to("audit", [], { action, userid, period, ...changes }));
  return html`<h1>${text.title}</h1><p class="soft">${admin && !acted ? text.intro : text.introOwn}</p>
    <div class="bar filters">
      <${Choice} label=${text.action} value=${action} options=${Object.entries(text.actions)} onValue=${(chosen) => set({ action: chosen })} />
      ${admin && !acted && html`<${UserChoice} value=${userid} onValue=${(chosen) => set({ userid: chosen })} />`}
      <${Choice} label=${text.period} value=${period} options=${Object.entries(text.periods)} onValue=${(chosen) => set({ period: chosen })} />
    </div>
    <${Loaded} reading=${reading}>${(found) => html`<${Trail} key=${`${action} ${userid} ${period} ${found.next}`} found=${found} asked=${asked} />`}</${Loaded}>`;
}

function Trail({ found, asked }) {
  const [entries, setEntries] = useState(() => found.entries.toReversed());
  const [isPaused, setPaused] = useState(false);
  const [part, setPart] = useState("");
  const [open, setOpen] = useState(null);
  const rowHeight = useRowHeight();
  const state = useTrail(asked, found.next, isPaused, useBatches(setEntries));
  const rows = useMemo(() => {
    const word = part.trim().toLowerCase();
    return word ? entries.filter((entry) => SEARCHED.some((name) => entry[name].toLowerCase().includes(word))) : entries;
  }, [entries, part]);
  return html`<div class="bar"><input class="filter" type="search" aria-label=${text.filter} placeholder=${text.filter} value=${part} onInput=${(event) => setPart(event.target.value)} />
      <button type="button" aria-pressed=${isPaused} onClick=${() => setPaused(!isPaused)}>${isPaused ? text.resume : text.pause}</button>
      <span class="soft">${text.count(rows.length, entries.length)}. ${text.states[state]}</span></div>
    <div class=${open ? "two wide-first" : "stack"}>
      <${Grid} label=${text.title} columns=${COLUMNS} rows=${rows} keyOf=${({ id }) => id} onOpen=${setOpen} isCurrent=${({ id }) => id === open?.id} rowHeight=${rowHeight} empty=${html`<p>${text.none}</p>`} />
      ${open && html`<${Entry} entry=${open} onClose=${() => setOpen(null)} />`}
    </div>`;
}

// Returns a function that adds an entry at the top; a flood is shown in a few steps.
function useBatches(setEntries) {
  const batch = useMemo(() => ({ entries: [], timer: undefined }), []);
  useEffect(() => () => clearTimeout(batch.timer), []);
  return (entry) => {
    batch.entries.unshift(entry);
    batch.timer ??= setTimeout(() => {
      const added = batch.entries;
      Object.assign(batch, { entries: [], timer: undefined });
      setEntries((last) => [...added, ...last].slice(0, MOST_SHOWN));
    }, 100);
  };
}

function UserChoice({ value, onValue }) {
  const users = useReading(async (signal) => (await readJson(request("GET", ["users"]), signal)).users, []);
  const known = (users.value ?? []).map(({ id, username }) => [id, username]);
  const unknown = value && !known.some(([id]) => id === value) ? [[value, value]] : [];
  return html`<${Choice} label=${text.user} value=${value} options=${[["", text.everybody], ...unknown, ...known]} onValue=${onValue} />`;
}

function Choice({ label, value, options, onValue }) {
  return html`<label>${label} <select value=${value} onChange=${(event) => onValue(event.target.value)}>
    ${options.map(([one, shown]) => html`<option key=${one} value=${one} selected=${one === value}>${shown}</option>`)}</select></label>`;
}
