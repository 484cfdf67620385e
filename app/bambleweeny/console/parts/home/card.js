// One card of Home: what it makes, its call, and what came of it.
import { text } from "../../en/home.js";
import { API_URL, call } from "../api.js";
import { pathOf } from "../request.js";
import { acting, session } from "../session.js";
import { CopyButton, SnippetBox } from "../snippet_box.js";
import { html, useState } from "../ui.js";
import { wasMade } from "./cards.js";

// `isDone` says that the server has what the card makes.
export function Card({ card, isDone }) {
  const [wasRun, setRun] = useState(false);
  const words = text.cards[card.name];
  const run = async () => {
    try {
      await call(card.request);
    } catch (ex) {
      if (!wasMade(ex)) throw ex;
    }
    setRun(true);
  };
  const done = isDone || wasRun;
  return html`<section class="card" aria-labelledby=${`card-${card.name}`}>
    <div class="bar"><h3 id=${`card-${card.name}`} class="grow">${words.title}</h3>${done && html`<span class="badge good">✓ ${text.done}</span>`}</div>
    <p>${words.about}</p>
    <${SnippetBox} request=${card.request} onRun=${run} runLabel=${done ? text.again : undefined} />
    <div role="status" class="stack">${wasRun && html`<p>${words.after}</p>${card.publicPath && html`<${Try} card=${card} />`}`}</div>
    ${done && html`<p><a href=${card.href}>${text.open}</a></p>`}
  </section>`;
}

function Try({ card }) {
  const [answer, setAnswer] = useState(null);
  const owner = acting.value?.name ?? session.value.user;
  const sent = card.send(card.publicPath(owner));
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
    <div class="bar"><${CopyButton} value=${url} /><button type="button" class="small" onClick=${send}>${text.send}</button></div>
    ${answer && html`<p>${text.sent(answer.status)} <code>${answer.body}</code></p>`}</div>`;
}
