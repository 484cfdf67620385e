// The buttons for what can be done with items in their state: one item, or many that are all in the same state.
import { text } from "../../en/lists.js";
import { callAsNow } from "../api.js";
import { confirm, Modal, say, sayError } from "../dialogs.js";
import { mayDo } from "../session.js";
import { SnippetBox } from "../snippet_box.js";
import { html, useState } from "../ui.js";
import { ACTIONS, ASKS, failuresOf, IS_SURE, requestsOf, verbOf } from "./calls.js";

const AT_ONCE = 6;

export function Actions({ list, items, onDone }) {
  const [asking, setAsking] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const count = items.length;
  const act = async (action, value) => {
    setBusy(true);
    const places = await perform(list, action, items, value);
    setBusy(false);
    onDone(places);
  };
  const begin = async (action) => {
    if (ASKS[action]) return setAsking(action);
    const isSure = !IS_SURE.has(action) || (await confirm({ title: text.sureTitle[action](count), detail: text.sureDetail[action](list, count), action: text.actions[action], isDanger: action === "delete" }));
    return isSure && act(action);
  };
  return html`<div class="bar actions">
    ${ACTIONS[items[0].state].filter((action) => mayDo("lists", verbOf(items[0].state, action), list)).map((action) => html`<button type="button" key=${action} class=${action === "delete" ? "small danger" : "small"} aria-disabled=${isBusy}
      onClick=${() => void begin(action)}>${text.actions[action]}</button>`)}
    ${asking && html`<${Ask} ...${{ list, items, action: asking }} onClose=${() => setAsking(null)} onAct=${(value) => (setAsking(null), act(asking, value))} />`}
  </div>`;
}

function Ask({ list, items, action, onClose, onAct }) {
  const [value, setValue] = useState(text.askHints[action]);
  const [first] = requestsOf(list, action, items, value.trim());
  return html`<${Modal} title=${text.actionTitle(text.actions[action], items.length)} onClose=${onClose}>
    <form onSubmit=${(event) => (event.preventDefault(), void onAct(value.trim()))}>
      <label>${text.asks[action]}<input name="value" required=${action !== "bury"} maxlength="255" autofocus autocomplete="off" value=${value} onInput=${(event) => setValue(event.target.value)} /></label>
      <${SnippetBox} request=${first} />
      <footer><button type="button" onClick=${onClose}>${text.cancel}</button><button class="primary">${text.actions[action]}</button></footer>
    </form>
  </${Modal}>`;
}

// NOTE: an item that keeps its list and id is not gone, and what happens to it later is no move.
function noteMove(places, [, list, , id], answer, action) {
  if (answer.id && (answer.id !== id || answer.list !== list)) places.set(id, { ...answer, action });
}

// Makes the calls of an action, a few at once, and says how many items it has changed. Returns the new places of those that have moved, by their former ids.
async function perform(list, action, items, value) {
  const call = callAsNow();
  const left = requestsOf(list, action, items, value);
  const failures = [];
  const places = new Map();
  const work = async () => {
    for (let sent = left.shift(); sent; sent = left.shift()) {
      try {
        const answer = (await call(sent)).json();
        if (sent.segments[2] === "ack") failures.push(...failuresOf(answer));
        else noteMove(places, sent.segments, answer, action);
      } catch (ex) {
        const lost = sent.segments[2] === "ack" ? Object.values(JSON.parse(sent.body)).flat().length : 1;
        failures.push(...Array.from({ length: lost }, () => ex.info ?? ex.message));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const changed = items.length - failures.length;
  if (changed) say(text.done[action](changed));
  if (failures.length) sayError(new Error(text.failed(failures.length, failures[0])));
  return places;
}
