// The calls of a route as they come, the newest first, beside the one that is chosen.
import { text } from "../../en/routes.js";
import { BodyView } from "../body_view.js";
import { textOf } from "../body_kinds.js";
import { bytes as size, moment, time } from "../format.js";
import { Grid } from "../grid.js";
import { bytesOf } from "../json_bytes.js";
import { Problem } from "../loading.js";
import { curlOf } from "../public/curl.js";
import { formOf, pairsOf } from "../public/forms.js";
import { headerOf, keptOf } from "../public/kept.js";
import { staysBelow } from "../public/paths.js";
import { PairsTable } from "../public/pairs.js";
import { CopyButton } from "../snippet_box.js";
import { html, useMemo, useState } from "../ui.js";
import { Why } from "./why.js";

// Returns the calls in the messages of a journal: `{ id, kept }`.
export const callsIn = (rows) => rows.map((row) => ({ id: row.id, kept: keptOf(textOf(bytesOf(row.value)) ?? "") })).filter(({ kept }) => kept);

export const ruleOf = ({ rule, status }) => rule ?? (status === 404 ? text.noRule : text.noRuleKey);

const COLUMNS = [
  { key: "call", title: text.call, render: ({ kept: { method, path, query } }) => html`<b>${method}</b> ${path || "/"}${query && `?${query}`}` },
  { key: "rule", title: text.rule, render: ({ kept }) => (kept.rule === undefined ? html`<span class="soft">${ruleOf(kept)}</span>` : kept.rule) },
  { key: "status", title: text.status, isNumber: true, render: ({ kept: { status } }) => html`<span class=${status >= 400 ? "dead" : undefined}>${status ?? ""}</span>` },
  { key: "time", title: text.time, isMinor: true, render: ({ kept: { time: when } }) => html`<time datetime=${when}>${time(when)}</time>` },
];

export function Journal({ id, url, feed, calls, rules }) {
  const [open, setOpen] = useState(null);
  const shown = calls.find((one) => one.id === open);
  return html`${feed.error && html`<${Problem} error=${feed.error} />`}
    <p class="soft">${text.journalAbout(calls.length)}</p>
    <div class=${shown ? "two" : "stack"}>
      <${Grid} label=${text.journal} columns=${shown ? [COLUMNS[0], COLUMNS[2]] : COLUMNS} rows=${calls} keyOf=${(one) => one.id} onOpen=${(one) => setOpen(one.id)} isCurrent=${(one) => one.id === open}
        empty=${html`<p class="empty">${text.noCalls}</p>`} />
      ${shown && html`<${CallDetail} key=${shown.id} id=${id} url=${url} message=${shown} rules=${rules} onClose=${() => setOpen(null)} />`}
    </div>`;
}

function CallDetail({ id, url, message, rules, onClose }) {
  const { kept } = message;
  const form = useMemo(() => formOf(kept.bytes, headerOf(kept, "content-type")), [kept]);
  const query = pairsOf(kept.query);
  return html`<section class="card request beside" aria-label=${text.call}>
    <div class="bar"><h3 class="grow mono">${kept.method} ${kept.path || "/"}</h3>${staysBelow(kept.path) && html`<${CopyButton} label=${text.copyCurl} value=${() => curlOf(kept, url)} />`}<button type="button" class="close" aria-label=${text.close} onClick=${onClose}>✕</button></div>
    <dl class="facts"><dt>${text.rule}</dt><dd>${ruleOf(kept)}</dd><dt>${text.status}</dt><dd>${kept.status ?? ""}</dd><dt>${text.time}</dt><dd>${moment(kept.time)}</dd><dt>${text.from}</dt><dd>${kept.ip}</dd></dl>
    ${kept.rule === undefined && rules.length > 0 && html`<${Why} id=${id} message=${message} kept=${kept} rules=${rules} />`}
    ${query.length > 0 && html`<h4>${text.query}</h4><${PairsTable} label=${text.query} pairs=${query} />`}
    ${form?.fields && html`<h4>${text.form}</h4><${PairsTable} label=${text.form} pairs=${form.fields} />`}
    <h4>${text.body}</h4>${kept.cut && html`<p class="note">${text.cut(size(kept.cut))}</p>`}<${BodyView} bytes=${kept.bytes} name="body" />
    <h4>${text.headers}</h4><${PairsTable} label=${text.headers} pairs=${kept.headers} />
  </section>`;
}
