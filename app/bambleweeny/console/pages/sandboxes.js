// Sandboxes: the list, a new one, and one of them; with the token of a sandbox, that one.
import { text } from "../en/sandboxes.js";
import { to } from "../parts/address.js";
import { call, logOut, readJson } from "../parts/api.js";
import { Countdown } from "../parts/countdown.js";
import { bytes, number } from "../parts/format.js";
import { Grid } from "../parts/grid.js";
import { leaveTo, replaceAddress } from "../parts/leaving.js";
import { Loaded, useReading } from "../parts/loading.js";
import { useRefresh } from "../parts/refresh.js";
import { FIRST, LIST, SELF } from "../parts/sandboxes/calls.js";
import { NewSandbox } from "../parts/sandboxes/form.js";
import { REFRESH_MS, SandboxPage } from "../parts/sandboxes/sandbox.js";
import { SandboxOnce } from "../parts/sandboxes/shown_once.js";
import { mayDo, sandboxOf, session } from "../parts/session.js";
import { useShortcut } from "../parts/shortcuts.js";
import { Empty } from "../parts/snippet_box.js";
import { html, useEffect, useState, useTitle } from "../parts/ui.js";

const COLUMNS = [
  { key: "id", title: text.columns.sandbox, render: ({ id, name }) => html`<span title=${name}>${id} <span class="soft">${name}</span></span>` },
  { key: "ends", title: text.columns.ends, render: ({ ends }) => html`<${Countdown} ends=${ends} />` },
  { key: "names", title: text.columns.names, isNumber: true, isMinor: true, render: ({ names }) => number(names) },
  { key: "bytes", title: text.columns.bytes, isNumber: true, isMinor: true, render: (row) => bytes(row.bytes) },
  { key: "snapshots", title: text.columns.snapshots, isMinor: true, render: ({ snapshots }) => snapshots.join(", ") },
];
const NEW = "new";

// `#/sandboxes/new?from=ID/SNAPSHOT` makes a copy; `#/sandboxes/ID` is one sandbox.
export default function Sandboxes({ rest, query }) {
  const isInside = Boolean(sandboxOf(session.value));
  useTitle(isInside ? text.titleInside : text.title);
  if (isInside) return html`<div class="contents"><h1>${text.titleInside}</h1><${SandboxPage} id=${SELF} onGone=${() => void logOut()} /></div>`;
  return html`<${OfOwner} shown=${rest[0]} query=${query} />`;
}

function OfOwner({ shown, query }) {
  const [made, setMade] = useState(null);
  const reading = useReading(async (signal) => (await readJson(LIST, signal)).sandboxes, []);
  useRefresh(reading.reload, REFRESH_MS);
  const mayWrite = mayDo("sandboxes", "write");
  useShortcut("n", () => (location.hash = to("sandboxes", NEW)), mayWrite);
  useEffect(() => setMade(null), [shown]);
  const keep = (found) => {
    setMade(found);
    void reading.reload();
  };
  const done = () => {
    // NOTE: who goes back later finds the list, not the form.
    if (shown === NEW) replaceAddress(to("sandboxes"));
    leaveTo(to("sandboxes", made.id));
    setMade(null);
  };
  if (made) return html`<div class="contents"><h1>${text.title}</h1><${SandboxOnce} made=${made} onDone=${done} /></div>`;
  return html`<div class="contents"><div class="bar"><h1 class="grow">${text.title}</h1>${shown && html`<a class="button" href=${to("sandboxes")}>${text.back}</a>`}</div>
    ${shown && shown !== NEW
      ? html`<${SandboxPage} key=${shown} id=${shown} onGone=${() => (leaveTo(to("sandboxes")), void reading.reload())} />`
      : html`<${Loaded} reading=${reading}>${(rows) => (shown ? html`<${NewSandbox} key=${query.from} rows=${rows} from=${query.from} onMade=${keep} />` : html`<${All} rows=${rows} mayWrite=${mayWrite} onMade=${keep} />`)}</${Loaded}>`}</div>`;
}

function All({ rows, mayWrite, onMade }) {
  return html`<div class="contents">${rows.length > 0 && html`<p class="soft">${text.intro}</p>`}
    ${mayWrite && html`<div class="bar"><a class="button primary" href=${to("sandboxes", NEW)}>${text.add} <kbd>n</kbd></a></div>`}
    <${Grid} label=${text.title} columns=${COLUMNS} rows=${rows} keyOf=${({ id }) => id} href=${({ id }) => to("sandboxes", id)}
      empty=${html`<${Empty} sentence=${text.none} request=${FIRST} onRun=${async () => onMade((await call(FIRST)).json())} />`} /></div>`;
}
