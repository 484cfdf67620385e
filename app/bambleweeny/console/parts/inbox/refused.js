// The requests that a bin has refused, and why.
import { text } from "../../en/inbox.js";
import { readJson } from "../api.js";
import { moment } from "../format.js";
import { useLive } from "../live.js";
import { Loaded, useReading } from "../loading.js";
import { request } from "../request.js";
import { Sentence } from "../sentence.js";
import { SnippetBox } from "../snippet_box.js";
import { html } from "../ui.js";

// The server keeps no more refused requests of a bin.
export const MOST_REFUSED = 20;
export const refusedOf = (id) => request("GET", ["bins", "refused"], { query: { id } });

// Returns a reading of the refused requests, the newest first.
export function useRefused(id) {
  const reading = useReading(async (signal) => (await readJson(refusedOf(id), signal)).refused, [id]);
  useLive(({ event, name }) => event === "bin.refuse" && name === id, reading.reload);
  return reading;
}

export function Refused({ id, reading }) {
  return html`<p>${text.refusedAbout}</p>
    <${Loaded} reading=${reading}>${(rows) => (rows.length ? html`<ul class="refusals" aria-label=${text.refused}>${rows.map((row, index) => html`<${Refusal} key=${index} row=${row} />`)}</ul>` : html`<p class="empty">${text.refusedNone}</p>`)}</${Loaded}>
    <${SnippetBox} request=${refusedOf(id)} />`;
}

const Refusal = ({ row: { time, method, path, ip, status, code, info, reason } }) =>
  html`<li class="card"><div class="bar"><span class="badge dead">${status}</span><code>${code}</code><span class="mono grow path">${method} ${path || "/"}</span></div>
    <p><${Sentence} text=${info} /> ${reason && html`<strong>${reason}</strong>`}</p>
    <p class="soft"><time datetime=${time}>${moment(time)}</time>, ${text.from.toLowerCase()} ${ip}</p></li>`;
