// The server: is it well, what it holds, how fast it answers, and its limits. For admins.
import { text } from "../en/server.js";
import { call, readJson } from "../parts/api.js";
import { say, sayError } from "../parts/dialogs.js";
import { bytes, duration, number } from "../parts/format.js";
import { Loaded, useReading } from "../parts/loading.js";
import { useRefresh } from "../parts/refresh.js";
import { request } from "../parts/request.js";
import { mayDo } from "../parts/session.js";
import { callsOf, samplesOf, sortedCalls, sumOf } from "../parts/server/metrics.js";
import { html, useState, useTitle } from "../parts/ui.js";

const SAVE = request("GET", ["save"]);

export default function Server() {
  useTitle(text.title);
  const reading = useReading(read, []);
  useRefresh(reading.reload);
  const save = async () => {
    try {
      await call(SAVE);
      say(text.saved);
    } catch (ex) {
      sayError(ex);
    }
  };
  return html`<div class="contents"><div class="bar"><h1 class="grow">${text.title}</h1>${mayDo("server", "write") && html`<button type="button" onClick=${save}>${text.save}</button>`}</div>
    <${Loaded} reading=${reading}>${({ info, samples, isReady }) => html`
      <${Figures} info=${info} samples=${samples} isReady=${isReady} />
      <${Calls} samples=${samples} />
      <${Counters} samples=${samples} />
      <${Limits} limits=${info.limits} />
      <${Engine} fields=${info.redis_info} />`}</${Loaded}></div>`;
}

async function read(signal) {
  const quietly = { signal, isQuiet: true };
  const [info, metrics, isReady] = await Promise.all([
    readJson(request("GET", ["info"]), signal),
    call(request("GET", ["metrics"], { isPublic: true }), quietly).then((answer) => samplesOf(answer.text())),
    call(request("GET", ["readyz"], { isPublic: true }), quietly).then(() => true, () => false),
  ]);
  return { info, samples: metrics, isReady };
}

function Figures({ info, samples, isReady }) {
  const { memory, waits } = info;
  const shown = [
    [text.health[isReady ? "ready" : "away"], isReady ? "✓" : "✕"],
    [text.version, info.version],
    [text.uptime, duration(info.uptime)],
    [text.workers, number(info.workers)],
    [text.engine, info.redis_info.redis_version],
    [text.memory, memory.max ? html`<${Share} used=${memory.used} most=${memory.max} />` : bytes(memory.used)],
    [text.waits, text.ofMost(number(waits.used), number(waits.max))],
    [text.streams, number(sumOf(samples, "bambleweeny_streams"))],
  ];
  return html`<dl class="figures">${shown.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function Calls({ samples }) {
  const [order, setOrder] = useState({ by: "count", isUp: false });
  const rows = sortedCalls(callsOf(samples), order.by, order.isUp);
  const [own, others] = [rows.filter(({ route }) => isOwn(route)), rows.filter(({ route }) => !isOwn(route))];
  return html`<section class="stack"><h2>${text.calls}</h2><p class="soft">${text.callsNote}</p>
    <${CallsTable} label=${text.calls} rows=${others} order=${order} onOrder=${setOrder} />
    ${own.length > 0 && html`<details><summary>${text.ownCalls}</summary><${CallsTable} label=${text.ownCalls} rows=${own} order=${order} onOrder=${setOrder} /></details>`}</section>`;
}

const isOwn = (route) => route.startsWith("/console");
const CELLS = [["count", ""], ["bad", "minor"], ["p50", "minor"], ["p99", ""]];

const Share = ({ used, most }) => html`<span>${text.ofMost(bytes(used), bytes(most))} <span class="soft">${text.percent(used / most)}</span><meter aria-label=${text.memory} max=${most} high=${most * 0.9} value=${used}></meter></span>`;

// A click on a column sorts by it, the largest first; another one turns the order.
function CallsTable({ label, rows, order: { by, isUp }, onOrder }) {
  const head = (name, shown, kind) => html`<th key=${name} scope="col" class=${kind} aria-sort=${name === by ? (isUp ? "ascending" : "descending") : undefined}>
    <button type="button" class="quiet sort" onClick=${() => onOrder({ by: name, isUp: name === by ? !isUp : name === "route" })}>${shown} ${name === by ? (isUp ? "▲" : "▼") : ""}</button></th>`;
  return html`<div class="plain" tabindex="0"><table aria-label=${label} class="calls-table">
    <thead><tr>${head("route", text.path)}${CELLS.map(([name, kind]) => head(name, text[name], `number ${kind}`))}</tr></thead>
    <tbody>${rows.map((row) => html`<tr class="row" key=${row.route}><th scope="row" class="mono">${row.route || text.noPath}</th>
      ${CELLS.map(([name, kind]) => html`<td key=${name} class=${`number ${kind}`}>${typeof row[name] === "number" && !name.startsWith("p") ? number(row[name]) : bound(row[name])}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

const bound = (found) => (found === null ? "" : found.over === undefined ? text.below(milliseconds(found)) : text.over(milliseconds(found.over)));
const milliseconds = (seconds) => `${number(seconds * 1000)} ms`;

function Counters({ samples }) {
  const rows = samples.filter(({ name }) => text.counterNames[name]);
  return html`<section class="stack"><h2>${text.counters}</h2><dl class="facts">${rows.map(({ name, labels, value }) => {
    const label = [text.counterNames[name], ...Object.values(labels)].join(", ");
    return html`<dt key=${label}>${label}</dt><dd>${number(value)}</dd>`;
  })}</dl></section>`;
}

function Limits({ limits }) {
  return html`<section class="stack"><h2>${text.limits}</h2><dl class="facts">${Object.entries(limits).map(([name, value]) => html`<dt key=${name} class="mono">${name}</dt><dd>${limitOf(name, value)}</dd>`)}</dl></section>`;
}

function limitOf(name, value) {
  if (/_bytes$|^max_body$/.test(name)) return bytes(value);
  return /_age$|_expiry$/.test(name) ? duration(value) : number(value);
}

function Engine({ fields }) {
  const [word, setWord] = useState("");
  const shown = Object.entries(fields).filter(([name]) => name.includes(word.toLowerCase()));
  return html`<details><summary><h2 class="inline">${text.engineState}</h2></summary>
    <p><input class="filter" type="search" aria-label=${text.filter} placeholder=${text.filter} onInput=${(event) => setWord(event.target.value)} /></p>
    <dl class="facts">${shown.map(([name, value]) => html`<dt key=${name} class="mono">${name}</dt><dd>${typeof value === "object" ? JSON.stringify(value) : value}</dd>`)}</dl>
  </details>`;
}
