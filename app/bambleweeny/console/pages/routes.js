// The routes: public URLs that show a key or answer as their rules say; with an id, one of them.
import { text } from "../en/routes.js";
import { to } from "../parts/address.js";
import { call, readJson } from "../parts/api.js";
import { Grid } from "../parts/grid.js";
import { useLive } from "../parts/live.js";
import { leaveTo } from "../parts/leaving.js";
import { Loaded, useReading } from "../parts/loading.js";
import { postDocument } from "../parts/public/document.js";
import { idOf, urlOf } from "../parts/public/urls.js";
import { useRefresh } from "../parts/refresh.js";
import { request } from "../parts/request.js";
import { ImportDialog } from "../parts/routes/import.js";
import { NewRouteDialog } from "../parts/routes/new.js";
import { nameOf, Route } from "../parts/routes/route.js";
import { FIRST_CALLS, TEMPLATES } from "../parts/routes/templates.js";
import { mayDo } from "../parts/session.js";
import { useShortcut } from "../parts/shortcuts.js";
import { CopyButton, Empty } from "../parts/snippet_box.js";
import { html, useState, useTitle } from "../parts/ui.js";

const COLUMNS = [
  { key: "name", title: text.name, render: nameOf },
  { key: "kind", title: text.kind, render: ({ rules, key }) => [rules && text.rules(rules), key && text.key(key)].filter(Boolean).join(", ") },
  { key: "type", title: text.type, isMinor: true, render: ({ content_type: type }) => type },
  { key: "url", title: text.url, render: (route) => html`<${CopyButton} label=${text.copyUrl} value=${urlOf(route)} />` },
];

export default function Routes({ rest, query }) {
  if (rest[0]) return html`<${Route} key=${rest[0]} id=${rest[0]} query=${query} />`;
  return html`<${AllRoutes} />`;
}

function AllRoutes() {
  useTitle(text.title);
  const [open, setOpen] = useState(null);
  const [file, setFile] = useState(null);
  const routes = useReading(async (signal) => (await readJson(request("GET", ["routes"]), signal)).routes, []);
  useRefresh(routes.reload);
  useLive(({ event, name }) => event === "route.call" && !routes.value?.some((row) => idOf(row) === name), routes.reload);
  const mayWrite = mayDo("routes", "write");
  useShortcut("n", () => setOpen("new"), mayWrite);
  const first = postDocument("routes", JSON.stringify(TEMPLATES.get("users")));
  const go = (made, first) => leaveTo(to("routes", idOf(made), first));
  const drop = (event) => {
    event.preventDefault();
    const [dropped] = event.dataTransfer.files;
    // NOTE: what is dropped on a dialog comes here, too.
    if (!dropped || open) return;
    setFile(dropped);
    setOpen("import");
  };
  const close = () => (setOpen(null), setFile(null));
  return html`<div class="stack" onDragOver=${(event) => event.preventDefault()} onDrop=${mayWrite ? drop : (event) => event.preventDefault()}>
    <div class="bar"><h1 class="grow">${text.title}</h1>
      ${mayWrite && html`<button type="button" onClick=${() => setOpen("import")}>${text.importTitle}</button>
      <button type="button" class="primary" onClick=${() => setOpen("new")}>${text.newRoute} <kbd>n</kbd></button>`}</div>
    <p>${text.about}</p>
    <${Loaded} reading=${routes}>${(rows) =>
      html`<${Grid} label=${text.title} columns=${COLUMNS} rows=${rows} keyOf=${idOf} href=${(route) => to("routes", idOf(route))}
        empty=${html`<${Empty} sentence=${text.none} request=${first} onRun=${async () => go((await call(first)).json(), FIRST_CALLS.get)} />`} />`}
    </${Loaded}>
    ${open === "new" && html`<${NewRouteDialog} onClose=${close} onMade=${go} />`}
    ${open === "import" && html`<${ImportDialog} file=${file} onClose=${close} onMade=${routes.reload} />`}
  </div>`;
}
