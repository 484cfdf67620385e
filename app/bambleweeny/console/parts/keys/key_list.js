// The page of keys: what is shown, what is selected, and what can be done with it.
import { text } from "../../en/keys.js";
import { to } from "../address.js";
import { call, readJson } from "../api.js";
import { Grid, withKeys } from "../grid.js";
import { useLive } from "../live.js";
import { Problem, useReading } from "../loading.js";
import { prefer, preferences } from "../preferences.js";
import { PrefixBox } from "../prefix_box.js";
import { request } from "../request.js";
import { mayDo } from "../session.js";
import { useShortcut } from "../shortcuts.js";
import { Empty, SnippetBox } from "../snippet_box.js";
import { html, useCallback, useEffect, useState, useTitle, useValue } from "../ui.js";
import { Deletion } from "./deletion.js";
import { NewKey } from "./new_key.js";
import { columnsOf } from "./columns.js";
import { listing, useTree } from "./tree.js";
import { useUpload } from "./upload.js";

const FIRST = request("PUT", ["keys", "app:color"], { body: "blue" });

export function KeyList({ prefix }) {
  useTitle(text.title);
  const { flat } = useValue(preferences);
  const tree = useTree(prefix, flat);
  const count = useCount(prefix);
  const [selected, setSelected] = useState(new Set());
  const [isAdding, setAdding] = useState(false);
  const upload = useUpload(prefix);
  const mayWrite = mayDo("keys", "write");
  useShortcut("n", () => setAdding(true), mayWrite);
  useEffect(() => setSelected(new Set()), [prefix]);
  const select = (names, isSelected) => setSelected((last) => withKeys(last, names, isSelected));
  return html`<h1>${text.title}</h1>
    <div class="bar">
      <${PrefixBox} page="keys" label=${text.filter} prefix=${prefix} />
      <${ViewChoice} isFlat=${flat} />
      <span role="status">${count.value === undefined ? "" : text.count(count.value)}</span>
      <span class="grow"></span>
      ${mayWrite && html`<button type="button" class="primary" onClick=${() => setAdding(true)}>${text.add} <kbd>n</kbd></button>
      ${upload.button}`}
    </div>
    ${mayWrite && html`<${Deletion} prefix=${prefix} count=${count.value} selected=${selected} loaded=${tree.rows} onSelect=${setSelected} />`}
    <${Rows} tree=${tree} prefix=${prefix} whole=${count.value} selected=${selected} onSelect=${select} />
    <details><summary>${text.call}</summary><${SnippetBox} request=${listing(prefix, flat)} /></details>
    ${mayWrite && upload.dialog}
    ${isAdding && html`<${NewKey} prefix=${prefix} onClose=${() => setAdding(false)} />`}`;
}

function Rows({ tree, prefix, whole, selected, onSelect }) {
  const more = useCallback(() => void tree.more(prefix), [tree]);
  if (!tree.isLoaded && tree.error) return html`<${Problem} error=${tree.error} onRetry=${more} />`;
  if (!tree.isLoaded) return html`<div class="grid" aria-busy="true"></div>`;
  const open = (row) => void (row.kind === "more" ? tree.more(row.name) : tree.toggle(row.name));
  return html`${tree.error && html`<${Problem} error=${tree.error} onRetry=${more} />`}
    <${Grid} label=${text.title} columns=${columnsOf(tree)} rows=${tree.rows} keyOf=${keyOf} href=${hrefOf} onOpen=${open} isOpen=${({ isOpen }) => isOpen}
      onMore=${more} selected=${selected} onSelect=${onSelect} canSelect=${({ kind, name }) => kind === "key" && mayDo("keys", "write", name)} whole=${tree.isFlat ? whole : undefined}
      empty=${tree.hasMore ? undefined : html`<${Nothing} prefix=${prefix} />`} />`;
}

const Nothing = ({ prefix }) => (prefix ? html`<p>${text.noneHere(prefix)}</p>` : html`<${Empty} sentence=${text.none} request=${FIRST} onRun=${() => call(FIRST)} />`);

const ViewChoice = ({ isFlat }) => html`<div class="tabs" role="group" aria-label=${text.view}>
  <button type="button" class="tab" aria-pressed=${!isFlat} onClick=${() => prefer({ flat: false })}>${text.tree}</button>
  <button type="button" class="tab" aria-pressed=${isFlat} onClick=${() => prefer({ flat: true })}>${text.flat}</button>
</div>`;

function useCount(prefix) {
  const read = async (signal) => (await readJson(request("GET", ["keys"], { query: { prefix, count: 1 } }), signal)).count;
  const count = useReading(read, [prefix]);
  useLive(({ event }) => event.startsWith("key."), count.reload);
  return count;
}

// NOTE: no name has a `*` or `+`, so a group and a key of one name differ.
const keyOf = ({ kind, name }) => name + { key: "", group: "*", more: "+" }[kind];
const hrefOf = ({ kind, name }) => (kind === "key" ? to("keys", name) : undefined);
