// One key: its value, its facts and what can be done with it.
import { text } from "../../en/key.js";
import { text as listText } from "../../en/keys.js";
import { to } from "../address.js";
import { say, sayError } from "../dialogs.js";
import { useLive } from "../live.js";
import { Loaded, useReading } from "../loading.js";
import { mayDo } from "../session.js";
import { useShortcut } from "../shortcuts.js";
import { SnippetBox } from "../snippet_box.js";
import { html, useRef, useState, useTitle } from "../ui.js";
import { Actions } from "./actions.js";
import { Editor } from "./editor.js";
import { Facts } from "./facts.js";
import { readKey, reading as readingOf, wholeOf } from "./key_data.js";
import { NewKey } from "./new_key.js";
import { Public } from "./public.js";
import { modesOf, viewsOf } from "./shown.js";
import { ValueView } from "./value_view.js";

export function KeyPage({ name }) {
  useTitle(name);
  const wantsAll = useRef(false);
  const [first, setFirst] = useState(null);
  const [isAdding, setAdding] = useState(false);
  const found = useReading((signal) => readKey(name, { isWhole: wantsAll.current, signal }), [name]);
  useLive((event) => event.name === name && event.event.startsWith("key."), found.reload);
  const showAll = () => {
    wantsAll.current = true;
    return found.reload();
  };
  const edit = async () => {
    const entry = await wholeOf(found.value);
    if (!entry) return found.reload();
    if (!modesOf(entry).length) return say(text.notEditable);
    return setFirst(entry);
  };
  const done = () => {
    setFirst(null);
    void found.reload();
  };
  return html`<${Path} name=${name} /><h1>${name}</h1>
    <${Loaded} reading=${found}>${(entry) => {
      if (first) return html`<${Editor} first=${first} current=${entry} onDone=${done} />`;
      if (!entry) return html`<${Missing} name=${name} onCreate=${() => setAdding(true)} />`;
      return html`<${View} entry=${entry} onShowAll=${showAll} onEdit=${() => edit().catch(sayError)} onChange=${found.reload} />`;
    }}</${Loaded}>
    ${isAdding && html`<${NewKey} prefix=${name} onClose=${() => setAdding(false)} />`}`;
}

function View({ entry, onShowAll, onEdit, onChange }) {
  useShortcut("e", onEdit, mayDo("keys", "write", entry.name));
  return html`<${Actions} entry=${entry} onEdit=${onEdit} onChange=${onChange} />
    <div class="key">
      <div class="stack"><${ValueView} entry=${entry} onShowAll=${onShowAll} /></div>
      <div class="stack side">
        <${Facts} entry=${entry} onChange=${onChange} />
        ${mayDo("routes", "read") && html`<${Public} entry=${entry} />`}
      </div>
    </div>
    <details><summary>${text.call}</summary><${SnippetBox} request=${{ ...readingOf(entry.name), isBinary: !viewsOf(entry).includes("text") }} /></details>`;
}

function Missing({ name, onCreate }) {
  const mayWrite = mayDo("keys", "write", name);
  useShortcut("n", onCreate, mayWrite);
  return html`<div class="empty"><p>${text.missing(name)}</p>${mayWrite && html`<p><button type="button" class="primary" onClick=${onCreate}>${text.create}</button></p>`}</div>`;
}

// The groups that a key is in, each a link to its keys.
function Path({ name }) {
  const parts = name.split(":").slice(0, -1);
  return html`<nav class="bar path" aria-label=${text.path}><a href=${to("keys")}>${listText.title}</a>
    ${parts.map((part, at) => html`<span aria-hidden="true">/</span><a href=${to("keys", [], { prefix: `${parts.slice(0, at + 1).join(":")}:` })}>${part}:</a>`)}</nav>`;
}
