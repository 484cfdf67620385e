// One card of Home: what it makes, its call, and what came of it.
import { text } from "../../en/home.js";
import { API_URL, call, readJson } from "../api.js";
import { BusyButton } from "../busy_button.js";
import { say } from "../dialogs.js";
import { useLive } from "../live.js";
import { useReading } from "../loading.js";
import { pathOf } from "../request.js";
import { mayCall, ownerName } from "../session.js";
import { CopyButton, SnippetBox } from "../snippet_box.js";
import { html, useState } from "../ui.js";
import { wasMade } from "./cards.js";

// `count` is how many things of its noun the server has. A card that was done at first is folded.
export function Card({ card, count }) {
  const [wasRun, setRun] = useState(false);
  const [wasDone] = useState(count > 0);
  const own = useOwn(card, count);
  const words = text.cards[card.name];
  const run = async () => {
    try {
      await call(card.request);
      if (wasRun) say(words.again ?? words.after);
    } catch (ex) {
      if (!wasMade(ex)) throw ex;
      say(words.exists);
    }
    setRun(true);
    own.reload();
  };
  const hasOwn = own.value ?? false;
  const done = count > 0 || wasRun;
  return html`<section class="card" aria-labelledby=${`card-${card.name}`}>
    <details open=${!wasDone}>
      <summary><h3 id=${`card-${card.name}`} class="inline">${words.title}</h3> ${done && html`<span class="badge good">✓ ${text.done}</span>`}</summary>
      <div class="stack steps"><p>${words.about}</p>
      <${SnippetBox} request=${card.request} onRun=${run} runLabel=${done ? text.again : undefined} />
      <div role="status" class="stack">${(wasRun || (hasOwn && card.publicPath)) && html`<p>${words.after}</p>`}${card.publicPath && (hasOwn || wasRun) && html`<${Try} card=${card} />`}</div>
      ${done && html`<p><a href=${hasOwn ? card.href : card.all}>${text.open}</a></p>`}</div>
    </details>
  </section>`;
}

// Reads whether there is the very thing that the card makes.
function useOwn({ own, noun }, count) {
  const read = async (signal) => mayCall(own.request) && own.isIn(await readJson(own.request, signal));
  const found = useReading(read, [count]);
  useLive(({ event }) => `${event.split(".")[0]}s` === noun, found.reload);
  return found;
}

function Try({ card }) {
  const [answer, setAnswer] = useState(null);
  const sent = card.send(card.publicPath(ownerName()));
  const url = API_URL + pathOf(sent);
  const send = async () => {
    try {
      const found = await call(sent);
      setAnswer({ status: found.status, body: found.text() });
    } catch (ex) {
      setAnswer({ status: ex.status, body: ex.info });
    }
  };
  return html`<div class="stack"><p><code>${url}</code></p>
    <div class="bar"><${CopyButton} value=${url} /><${BusyButton} kind="small" onPress=${send}>${text.send}</${BusyButton}></div>
    ${answer && html`<p>${text.sent(answer.status)} <code>${answer.body}</code></p>`}</div>`;
}
