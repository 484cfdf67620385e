// One sandbox: what it holds and when it ends; to reset, extend, copy and delete it, and its snapshots.
import { text } from "../../en/sandboxes.js";
import { to } from "../address.js";
import { call, readJson } from "../api.js";
import { Countdown } from "../countdown.js";
import { say, sayError } from "../dialogs.js";
import { bytes, moment, number } from "../format.js";
import { Loaded, useReading } from "../loading.js";
import { useRefresh } from "../refresh.js";
import { mayDo, needsLogin } from "../session.js";
import { SnippetBox } from "../snippet_box.js";
import { html, useState, useValue } from "../ui.js";
import { remove, removeSnapshot, reset, SnapshotDialog } from "./actions.js";
import { extension, one, resetting, SELF } from "./calls.js";
import { Span } from "./form.js";

// NOTE: there is no event of a sandbox.
export const REFRESH_MS = 3000;
const NOT_FOUND = 404;

// `id` is that of the calls: "self" with its own token. `onGone()` is called after it was deleted here.
export function SandboxPage({ id, onGone }) {
  const reading = useReading((signal) => read(id, signal), [id]);
  useRefresh(reading.reload, REFRESH_MS);
  // NOTE: a sandbox that has ended refuses its own token.
  const hasEnded = useValue(needsLogin)?.hasEnded && id === SELF;
  return html`<${Loaded} reading=${reading}>${(found) => (found && !hasEnded ? html`<${Shown} id=${id} found=${found} onChanged=${reading.reload} onGone=${onGone} />` : html`<p class="note">${text.gone}</p>`)}</${Loaded}>`;
}

async function read(id, signal) {
  try {
    return await readJson(one(id), signal);
  } catch (ex) {
    if (ex.status === NOT_FOUND) return null;
    throw ex;
  }
}

function Shown({ id, found, onChanged, onGone }) {
  const mayWrite = mayDo("sandboxes", "write");
  const removed = async () => (await remove(id, found)) && onGone();
  return html`<div class="stack"><section class="card" aria-labelledby="facts-title"><div class="bar"><h2 id="facts-title" class="grow">${found.name || found.id}</h2>
      ${mayWrite && id !== SELF && html`<a class="button" href=${to("sandboxes", "new", { from: id })}>${text.copy}</a>`}
      ${mayWrite && html`<button type="button" class="danger" onClick=${removed}>${text.remove}</button>`}</div>
      <dl class="facts">
        <dt>${text.id}</dt><dd class="mono">${found.id}</dd>
        <dt>${text.made}</dt><dd>${moment(found.made)}</dd>
        <dt>${text.columns.ends}</dt><dd><${Countdown} ends=${found.ends} /> <span class="soft">(${moment(found.ends)})</span></dd>
        <dt>${text.columns.names}</dt><dd>${number(found.names)}</dd>
        <dt>${text.columns.bytes}</dt><dd>${text.ofBytes(bytes(found.bytes))}</dd>
      </dl>
      ${mayWrite && html`<${Extension} id=${id} onChanged=${onChanged} />`}
    </section>
    <section class="card" aria-labelledby="reset-title"><h2 id="reset-title">${text.reset}</h2><p>${text.resetAbout}</p>
      ${mayWrite && html`<div><button type="button" onClick=${async () => (await reset(id, found)) && onChanged()}>${text.resetSeed}</button></div>`}
      <${Snapshots} id=${id} found=${found} mayWrite=${mayWrite} onChanged=${onChanged} />
      <${SnippetBox} request=${resetting(id, found.snapshots[0])} />
    </section></div>`;
}

function Extension({ id, onChanged }) {
  const [{ span, own }, setSpan] = useState({ span: "1h", own: "" });
  const extend = async (event) => {
    event.preventDefault();
    try {
      await call(extension(id, span === "own" ? own : span));
      say(text.extended);
      onChanged();
    } catch (ex) {
      sayError(ex);
    }
  };
  return html`<form class="bar" onSubmit=${extend}>
    <${Span} label=${text.extendBy} kind="check" span=${span} own=${own} onSpan=${(event) => setSpan({ span: event.target.value, own })} onOwn=${(event) => setSpan({ span, own: event.target.value })} />
    <button>${text.extend}</button></form>`;
}

function Snapshots({ id, found, mayWrite, onChanged }) {
  const [isTaking, setTaking] = useState(false);
  const { snapshots } = found;
  return html`<div class="stack"><div class="bar"><h3 class="grow">${text.snapshots}</h3>
      ${mayWrite && html`<button type="button" onClick=${() => setTaking(true)}>${text.take}</button>`}</div>
    ${snapshots.length
      ? html`<ul class="refusals snapshots" aria-label=${text.snapshots}>${snapshots.map((name) => html`<li key=${name} class="bar"><span class="mono grow">${name}</span>${mayWrite && html`<div class="bar">
            <button type="button" class="small" aria-label=${text.resetTo(name)} onClick=${async () => (await reset(id, found, name)) && onChanged()}>${text.reset}</button>
            ${id !== SELF && html`<a class="button small" aria-label=${text.copyOf(name)} href=${to("sandboxes", "new", { from: `${id}/${name}` })}>${text.copy}</a>`}
            <button type="button" class="small danger" aria-label=${text.removeSnapshot(name)} onClick=${async () => (await removeSnapshot(id, name)) && onChanged()}>${text.remove}</button></div>`}</li>`)}</ul>`
      : html`<p class="soft">${text.snapshotsAbout} ${text.snapshotsNone}</p>`}
    ${isTaking && html`<${SnapshotDialog} id=${id} snapshots=${snapshots} onClose=${() => setTaking(false)} onTaken=${onChanged} />`}</div>`;
}
