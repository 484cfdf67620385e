// What is done with all items of a state: redrive, move, purge.
import { text } from "../../en/lists.js";
import { call, callAsNow } from "../api.js";
import { confirm, Modal, say, sayError } from "../dialogs.js";
import { mayDo } from "../session.js";
import { SnippetBox } from "../snippet_box.js";
import { html, useState } from "../ui.js";
import { moveFrom, purgeOf } from "./calls.js";

const MOST_MOVED = 10_000;

export function Whole({ list, state, count, onChanged }) {
  const [isMoving, setMoving] = useState(false);
  if (!count) return null;
  const mayMove = mayDo("lists", state === "dead" ? "write" : "pop", list);
  const word = text.states[state].toLowerCase();
  const purge = async () => {
    const title = text.purgeTitle(count, word, list);
    if (await confirm({ title, detail: text.purgeDetail(word), action: text.purge(word), typed: list })) await done(async () => text.done.delete((await call(purgeOf(list, state))).json().items));
  };
  const redrive = async () => {
    const title = text.redriveAllTitle(count, list);
    const isSure = await confirm({ title, detail: text.redriveAllDetail(list, count), action: text.redriveAll, isDanger: false });
    if (isSure) await done(async () => text.done.redrive(await moveAll(list, list, "dead", count)), { list, state: "ready", action: "redrive" });
  };
  const done = async (work, place = null) => {
    try {
      say(await work());
      onChanged(place);
    } catch (ex) {
      sayError(ex);
      onChanged(null);
    }
  };
  return html`<div class="bar">
    ${state === "dead" && mayMove && mayDo("lists", "push", list) && html`<button type="button" class="small" onClick=${() => void redrive()}>${text.redriveAll}</button>`}
    ${(state === "dead" || state === "ready") && mayMove && mayDo("lists", "push") && html`<button type="button" class="small" onClick=${() => setMoving(true)}>${text.move}</button>`}
    ${mayDo("lists", "write", list) && html`<button type="button" class="small danger" onClick=${() => void purge()}>${text.purge(word)}</button>`}
    ${isMoving && html`<${MoveDialog} ...${{ list, state, count }} onClose=${() => setMoving(false)}
      onMove=${(to, max) => (setMoving(false), done(async () => text.moved(await moveAll(list, to, state, max), to), { list: to, state: "ready", action: "move" }))} />`}
  </div>`;
}

function MoveDialog({ list, state, count, onClose, onMove }) {
  const [to, setTo] = useState("");
  const [max, setMax] = useState(count);
  return html`<${Modal} title=${text.moveTitle(text.states[state].toLowerCase(), list)} onClose=${onClose}>
    <form onSubmit=${(event) => (event.preventDefault(), void onMove(to.trim(), Math.min(Number(max), count)))}>
      <p>${text.moveHint(to.trim())}</p>
      <label>${text.moveTo}<input name="to" required maxlength="255" pattern="[A-Za-z0-9_:.\\-]+" autofocus autocomplete="off" autocapitalize="none" spellcheck=${false} value=${to} onInput=${(event) => setTo(event.target.value)} /></label>
      <label>${text.moveMax(count)}<input name="max" inputmode="numeric" required pattern="[1-9][0-9]{0,9}" title=${text.wholeNumber} autocomplete="off" value=${max} onInput=${(event) => setMax(event.target.value)} /></label>
      <${SnippetBox} request=${moveFrom(list, to.trim() || "NAME", state, Math.min(Number(max) || 1, MOST_MOVED))} />
      <footer><button type="button" onClick=${onClose}>${text.cancel}</button><button class="primary">${text.move}</button></footer>
    </form>
  </${Modal}>`;
}

// Moves up to `most` items, in calls of 10,000, and returns how many.
async function moveAll(list, to, state, most) {
  const callOn = callAsNow();
  let moved = 0;
  while (moved < most) {
    const max = Math.min(most - moved, MOST_MOVED);
    const { items } = (await callOn(moveFrom(list, to, state, max))).json();
    moved += items;
    if (items < max) break;
  }
  return moved;
}
