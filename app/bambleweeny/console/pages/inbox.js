// The bins: public URLs that keep what services send; with an id, one of them.
import { text } from "../en/inbox.js";
import { to } from "../parts/address.js";
import { call, readJson } from "../parts/api.js";
import { moment } from "../parts/format.js";
import { Grid } from "../parts/grid.js";
import { Bin, nameOf, sharingWith } from "../parts/inbox/bin.js";
import { NewBinDialog } from "../parts/inbox/form.js";
import { Kept, Last, RefusedCount } from "../parts/inbox/received.js";
import { useLive } from "../parts/live.js";
import { leaveTo } from "../parts/leaving.js";
import { Loaded, useReading } from "../parts/loading.js";
import { postDocument } from "../parts/public/document.js";
import { idOf, urlOf } from "../parts/public/urls.js";
import { useRefresh } from "../parts/refresh.js";
import { request } from "../parts/request.js";
import { mayDo } from "../parts/session.js";
import { useShortcut } from "../parts/shortcuts.js";
import { CopyButton, Empty } from "../parts/snippet_box.js";
import { html, useState, useTitle } from "../parts/ui.js";

const COLUMNS = [
  { key: "name", title: text.name, render: nameOf },
  { key: "target", title: text.target, isMinor: true, render: ({ list, topic }) => `${list ? text.list : text.topic} ${list ?? topic}` },
  { key: "count", title: text.kept, isNumber: true, render: ({ isShared, ...bin }) => html`<${Kept} bin=${bin} isShared=${isShared} />` },
  { key: "last", title: text.last, isMinor: true, render: ({ isShared, ...bin }) => html`<${Last} bin=${bin} isShared=${isShared} />` },
  { key: "refused", title: text.refused, isNumber: true, isMinor: true, href: (bin) => to("inbox", idOf(bin), { show: "refused" }), hint: (bin) => text.refusedBy(nameOf(bin)), render: (bin) => html`<${RefusedCount} bin=${bin} />` },
  { key: "ends", title: text.fields.ends, isMinor: true, render: ({ ends_at: ends }) => (ends ? moment(ends) : "") },
  { key: "url", title: text.url, render: (bin) => html`<${CopyButton} label=${text.copyUrl} value=${urlOf(bin)} />` },
];

export default function Inbox({ rest, query }) {
  if (rest[0]) return html`<${Bin} key=${rest[0]} id=${rest[0]} query=${query} />`;
  return html`<${AllBins} />`;
}

function AllBins() {
  useTitle(text.title);
  const [isNew, setNew] = useState(false);
  const bins = useReading(async (signal) => (await readJson(request("GET", ["bins"]), signal)).bins.map((bin, _, rows) => ({ ...bin, isShared: sharingWith(bin, rows).length > 0 })), []);
  useRefresh(bins.reload);
  useLive(({ event, name }) => (event === "bin.call" || event === "bin.refuse") && !bins.value?.some((row) => idOf(row) === name), bins.reload);
  const mayWrite = mayDo("bins", "write");
  useShortcut("n", () => setNew(true), mayWrite);
  const first = postDocument("bins", '{"list":"hooks","name":"first","keep":"request"}');
  const go = (made) => leaveTo(to("inbox", idOf(made)));
  return html`<div class="bar"><h1 class="grow">${text.title}</h1>${mayWrite && html`<button type="button" class="primary" onClick=${() => setNew(true)}>${text.newBin} <kbd>n</kbd></button>`}</div>
    <p>${text.about}</p>
    <${Loaded} reading=${bins}>${(rows) =>
      html`<${Grid} label=${text.title} columns=${COLUMNS} rows=${rows} keyOf=${idOf} href=${(bin) => to("inbox", idOf(bin))}
        empty=${html`<${Empty} sentence=${text.none} request=${first} onRun=${async () => go((await call(first)).json())} />`} />`}
    </${Loaded}>
    ${isNew && html`<${NewBinDialog} onClose=${() => setNew(false)} onMade=${go} />`}`;
}
