// The server: is it well, what it holds, how fast it answers, and its limits. For admins.
import { text } from "../en/server.js";
import { call } from "../parts/api.js";
import { say, sayError } from "../parts/dialogs.js";
import { bytes, duration, number } from "../parts/format.js";
import { Loaded, useReading } from "../parts/loading.js";
import { useRefresh } from "../parts/refresh.js";
import { request } from "../parts/request.js";
import { callsOf, samplesOf, sumOf } from "../parts/server/metrics.js";
import { html, useState, useTitle } from "../parts/ui.js";

const REFRESH_MS = 5000;
const SAVE = request("GET", ["save"]);

export default function Server() {
  useTitle(text.title);
  const reading = useReading(read, []);
  useRefresh(reading.reload, REFRESH_MS);
  const save = async () => {
    try {
      await call(SAVE);
      say(text.saved);
    } catch (ex) {
      sayError(ex);
    }
  };
  return html`<div class="contents"><div class="bar"><h1 class="grow">${text.title}</h1><button type="button" onClick=${save}>${text.save}</button></div>
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
    call(request("GET", ["info"]), quietly).then((answer) => answer.json()),
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
    [text.memory, memory.max ? text.ofMost(bytes(memory.used), bytes(memory.max)) : bytes(memory.used)],
    [text.waits, text.ofMost(number(waits.used), number(waits.max))],
    [text.streams, number(sumOf(samples, "bambleweeny_streams"))],
  ];
  return html`<dl class="figures">${shown.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function Calls({ samples }) {
  return html`<section class="stack"><h2>${text.calls}</h2><p class="soft">${text.callsNote}</p>
    <div class="plain" tabindex="0"><table aria-label=${text.calls}>
      <thead><tr><th scope="col">${text.path}</th>${["count", "errors", "p50", "p99"].map((name) => html`<th key=${name} scope="col" class="number">${text[name]}</th>`)}</tr></thead>
      <tbody>${callsOf(samples).map(({ route, count, bad, p50, p99 }) => html`<tr class="row" key=${route}>
        <th scope="row" class="mono">${route || text.noPath}</th><td class="number">${number(count)}</td><td class="number">${number(bad)}</td>
        <td class="number">${bound(p50)}</td><td class="number">${bound(p99)}</td></tr>`)}</tbody>
    </table></div></section>`;
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
