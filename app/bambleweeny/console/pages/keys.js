// The keys: as a flat list, from the newest page of the server's cursor.
import { text } from "../en/keys.js";
import { to } from "../parts/address.js";
import { call } from "../parts/api.js";
import { bytes, duration, number } from "../parts/format.js";
import { Grid } from "../parts/grid.js";
import { useLive } from "../parts/live.js";
import { Loaded, useReading } from "../parts/loading.js";
import { request } from "../parts/request.js";
import { Empty } from "../parts/snippet_box.js";
import { html, useTitle } from "../parts/ui.js";

const COLUMNS = [
  { key: "name", title: text.name, render: ({ key }) => key },
  { key: "type", title: text.type, isMinor: true, render: ({ content_type: type }) => type ?? "" },
  { key: "size", title: text.size, isNumber: true, render: ({ size }) => bytes(size) },
  { key: "ttl", title: text.ttl, isNumber: true, render: ({ ttl }) => (ttl === null ? "" : duration(ttl)) },
];

export default function Keys({ query }) {
  useTitle(text.title);
  const prefix = query.prefix ?? "";
  const page = useReading(async (signal) => (await call(request("GET", ["keys"], { query: { prefix, meta: 1, limit: 200 } }), { signal, isQuiet: true })).json(), [prefix]);
  const count = useReading(async (signal) => (await call(request("GET", ["keys"], { query: { prefix, count: 1 } }), { signal, isQuiet: true })).json().count, [prefix]);
  useLive(({ event }) => event.startsWith("key."), () => (page.reload(), count.reload()));
  const first = request("PUT", ["keys", "app:color"], { body: "blue" });
  return html`<div class="contents"><h1>${text.title}</h1>
    <div class="bar">
      <input class="filter" type="search" aria-label=${text.filter} placeholder=${text.filter} defaultValue=${prefix}
        onChange=${(event) => (location.hash = to("keys", [], { prefix: event.target.value }))} />
      <span>${count.value === undefined ? "" : text.count(number(count.value))}</span>
    </div>
    <${Loaded} reading=${page}>${({ keys }) =>
      html`<${Grid} label=${text.title} columns=${COLUMNS} rows=${keys} keyOf=${({ key }) => key} href=${({ key }) => to("keys", key)} whole=${count.value}
        empty=${prefix ? html`<p>${text.noneHere(prefix)}</p>` : html`<${Empty} sentence=${text.none} request=${first} onRun=${() => call(first)} />`} />`}
    </${Loaded}></div>`;
}
