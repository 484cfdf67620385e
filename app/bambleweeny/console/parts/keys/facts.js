// What is known of a key beside its value, and the forms that change its TTL and its type.
import { text } from "../../en/key.js";
import { text as listText } from "../../en/keys.js";
import { call } from "../api.js";
import { Modal, say, sayError } from "../dialogs.js";
import { duration } from "../format.js";
import { request } from "../request.js";
import { mayDo, ownerName } from "../session.js";
import { CopyButton, SnippetBox } from "../snippet_box.js";
import { html, useEffect, useState } from "../ui.js";
import { durationProblem, shortest } from "../values.js";
import { Field, TypeField } from "./fields.js";
import { reading, replacement } from "./key_data.js";
import { sizeOf } from "./value_view.js";

export function Facts({ entry, onChange }) {
  const [form, setForm] = useState(null);
  const close = () => setForm(null);
  const change = (name) => mayDo("keys", "write", entry.name) && html` <button type="button" class="small" aria-label=${`${text.change}: ${text[name]}`} onClick=${() => setForm(name)}>${text.change}</button>`;
  return html`<section class="stack" aria-label=${text.facts}>
    <dl class="facts">
      <dt>${text.size}</dt><dd>${sizeOf(entry.size)}</dd>
      <dt>${text.type}</dt><dd>${entry.type ?? html`<span class="soft">${text.noType}</span>`}${change("type")}</dd>
      <dt>${text.ttl}</dt><dd><${Remaining} entry=${entry} onEnd=${onChange} />${change("ttl")}</dd>
      <dt>${text.etag}</dt><dd><code>${entry.etag}</code> <${CopyButton} value=${entry.etag} /></dd>
      <dt>${text.owner}</dt><dd>${ownerName()}</dd>
    </dl>
    ${form === "ttl" && html`<${TtlForm} entry=${entry} onClose=${close} onChange=${onChange} />`}
    ${form === "type" && html`<${TypeForm} entry=${entry} onClose=${close} onChange=${onChange} />`}
  </section>`;
}

// The TTL, which counts down; at its end the key is read again.
function Remaining({ entry: { ttl, readAt }, onEnd }) {
  const [now, setNow] = useState(Date.now());
  const left = ttl === null ? null : ttl - Math.floor((Math.max(now, readAt) - readAt) / 1000);
  useEffect(() => {
    if (ttl === null) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [ttl]);
  useEffect(() => {
    if (left !== null && left <= 0) void onEnd();
  }, [left]);
  return left === null ? html`<span class="soft">${text.noTtl}</span>` : html`<time>${duration(left)}</time>`;
}

function TtlForm({ entry, onClose, onChange }) {
  const [typed, setTyped] = useState(entry.ttl === null ? "" : shortest(entry.ttl));
  const problem = typed ? durationProblem(typed) : undefined;
  const set = async (ttl) => {
    try {
      await call(ttlChange(entry.name, ttl));
      say(text.ttlChanged);
      onClose();
      void onChange();
    } catch (ex) {
      sayError(ex);
    }
  };
  return html`<${Modal} title=${text.ttlTitle(entry.name)} onClose=${onClose}>
    <form onSubmit=${(event) => (event.preventDefault(), typed && !problem && void set(typed))}>
      <${Field} label=${text.ttlLabel} value=${typed} problem=${problem} placeholder=${text.ttlHint} autofocus onInput=${(value) => setTyped(value.trim())} />
      ${!problem && html`<${SnippetBox} request=${ttlChange(entry.name, typed || "none")} />`}
      <footer>
        <button type="button" onClick=${onClose}>${text.cancel}</button>
        <button type="button" disabled=${entry.ttl === null} onClick=${() => set("none")}>${text.ttlRemove}</button>
        <button class="primary" disabled=${!typed || Boolean(problem)}>${text.ttlSet}</button>
      </footer>
    </form>
  </${Modal}>`;
}

function TypeForm({ entry, onClose, onChange }) {
  const [typed, setTyped] = useState(entry.type ?? "");
  const set = async () => {
    try {
      const { bytes } = await call(reading(entry.name), { isQuiet: true });
      await call(replacement(entry.name, bytes, { etag: entry.etag, type: typed || null }));
      say(text.typeChanged);
      onClose();
      void onChange();
    } catch (ex) {
      if (ex.status === 412) say(text.changedMeanwhile, { isError: true });
      else sayError(ex);
    }
  };
  return html`<${Modal} title=${text.typeTitle(entry.name)} onClose=${onClose}>
    <form onSubmit=${(event) => (event.preventDefault(), void set())}>
      <${TypeField} label=${listText.type} value=${typed} onInput=${setTyped} autofocus />
      <p class="soft">${text.typeDetail}</p>
      ${entry.isWhole && html`<${SnippetBox} request=${replacement(entry.name, entry.bytes, { etag: entry.etag, type: typed || null })} />`}
      <footer><button type="button" onClick=${onClose}>${text.cancel}</button><button class="primary">${text.typeSet}</button></footer>
    </form>
  </${Modal}>`;
}

const ttlChange = (name, ttl) => request("PATCH", ["keys", name], { query: { ttl } });
