// One request that a bin has kept: all of it, and what can be done with it.
import { text } from "../../en/inbox.js";
import { call } from "../api.js";
import { Beside } from "../beside.js";
import { textOf } from "../body_kinds.js";
import { BodyView } from "../body_view.js";
import { Since } from "../countdown.js";
import { bytes as size, moment } from "../format.js";
import { bytesOf } from "../json_bytes.js";
import { readItem } from "../lists/item.js";
import { reasonOf } from "../lists/reasons.js";
import { useLive } from "../live.js";
import { Loaded, useReading } from "../loading.js";
import { formOf, pairsOf } from "../public/forms.js";
import { headerOf, keptOf } from "../public/kept.js";
import { PairsTable } from "../public/pairs.js";
import { request } from "../request.js";
import { html, useMemo } from "../ui.js";
import { Actions } from "./actions.js";
import { SIGNATURE_HEADERS } from "./fields.js";

// `row` is that of an item, or of a message, which has its `value`. `document` is that of the bin.
export function RequestDetail({ bin, document, id, row, closed, onChanged, isAsked }) {
  const { list } = document;
  const body = useReading(async (signal) => (row?.value !== undefined ? bytesOf(row.value) : readBody(list, id, signal)), [id]);
  const item = useReading(async (signal) => (list ? readItem(list, id, signal) : {}), [id]);
  useLive(({ event, name }) => Boolean(list) && event.startsWith("list.") && event !== "list.push" && name === list, item.reload);
  const kept = useMemo(() => (body.value && document.keep === "request" ? keptOf(textOf(body.value) ?? "") : null), [body.value, document.keep]);
  const title = html`<span class="mono">${kept ? `${kept.method} ${kept.path || "/"}` : text.request}</span>`;
  return html`<${Beside} label=${text.request} title=${title} kind="request" closed=${closed} closeLabel=${text.close} isReady=${isAsked && Boolean(body.value)}>
    <${Loaded} reading=${body}>${(bytes) => html`
      <${Actions} bin=${bin} document=${document} id=${id} item=${item.value} kept=${kept} bytes=${bytes} onChanged=${onChanged} />
      ${item.value === null && html`<p class="note" role="status">${text.gone}</p>`}
      ${kept ? html`<${Whole} kept=${kept} item=${item.value} document=${document} />` : html`<${Bare} bytes=${bytes} item=${item.value} isExpected=${document.keep === "request"} name=${id} />`}`}
    </${Loaded}>
  </${Beside}>`;
}

function Whole({ kept, item, document }) {
  const form = useMemo(() => formOf(kept.bytes, headerOf(kept, "content-type")), [kept]);
  const query = pairsOf(kept.query);
  return html`<dl class="facts">
      <dt>${text.received}</dt><dd><time datetime=${kept.time}>${moment(kept.time)}</time> <span class="soft"><${Since} when=${kept.time} /></span></dd>
      <dt>${text.from}</dt><dd>${kept.ip}</dd>
      <dt>${text.signature}</dt><dd><${Signature} kept=${kept} verify=${document.verify} /></dd>
      <${State} item=${item} />
      <dt>${text.bodySize}</dt><dd>${size(kept.bytes.length)}</dd>
    </dl>
    ${query.length > 0 && html`<h3>${text.query}</h3><${PairsTable} label=${text.query} pairs=${query} />`}
    ${form?.fields && html`<h3>${text.form}</h3><${PairsTable} label=${text.form} pairs=${form.fields} />`}
    ${form?.parts && html`<h3>${text.parts}</h3>${form.parts.map((part, index) => html`<div class="stack" key=${index}><p class="mono part">${text.part(part.name, part.file, part.type, size(part.bytes.length))}</p>
      <${BodyView} bytes=${part.bytes} name=${part.file || part.name || "part"} /></div>`)}`}
    <h3>${text.body}</h3>
    ${kept.cut && html`<p class="note">${text.cut(size(kept.cut))}</p>`}
    <${BodyView} bytes=${kept.bytes} name="body" />
    <h3>${text.headers}</h3><${PairsTable} label=${text.headers} pairs=${kept.headers} />`;
}

function Bare({ bytes, item, isExpected, name }) {
  return html`${isExpected && html`<p class="note">${text.notWhole}</p>`}
    ${item?.enqueued && html`<dl class="facts"><dt>${text.received}</dt><dd>${moment(item.enqueued)} <span class="soft"><${Since} when=${item.enqueued} /></span></dd><${State} item=${item} /></dl>`}
    <${BodyView} bytes=${bytes} name=${name} />`;
}

function State({ item }) {
  if (!item?.state) return null;
  return html`<dt>${text.state}</dt><dd><span class=${`badge ${item.state}`}>${text.states[item.state]}</span> ${item.reason && html`<span>${reasonOf(item)}</span>`}</dd>
    ${item.attempt > 0 && html`<dt>${text.attempt}</dt><dd>${item.attempt}</dd>`}`;
}

function Signature({ kept, verify }) {
  if (kept.verified === true) return html`<span class="badge good">${text.verified}</span>`;
  if (kept.verified === undefined) return html`<span class="soft">${verify ? text.wasNotChecked : text.notChecked}</span>`;
  const lacking = (SIGNATURE_HEADERS[verify?.scheme] ?? (verify?.header ? [verify.header.toLowerCase()] : [])).filter((name) => !headerOf(kept, name));
  return html`<span class="badge dead">${text.notVerified}</span> ${lacking.length ? text.lacks(lacking.join(", ")) : text.wrong}`;
}

// NOTE: what an item is does not change, so its body is read once and stays here when the item is taken.
async function readBody(list, id, signal) {
  return (await call(request("GET", ["lists", list, "items", id], { query: { raw: 1 } }), { signal, isQuiet: true })).bytes;
}
