// One token: what it may do, and to change, rotate or revoke it.
import { text } from "../../en/tokens.js";
import { call } from "../api.js";
import { Since } from "../countdown.js";
import { confirm, say, sayError } from "../dialogs.js";
import { moment } from "../format.js";
import { mayLeave } from "../leaving.js";
import { request } from "../request.js";
import { html, useState } from "../ui.js";
import { TokenForm } from "./form.js";
import { sentenceOf } from "./sentence.js";

// `onChanged()` after a change, `onText(token)` with a new text, `onGone()` when it is revoked.
export function TokenDetails({ token, onChanged, onText, onGone }) {
  const change = async (fields) => {
    await call(request("PATCH", ["tokens", token.id], { body: { json: fields } }));
    say(text.saved);
    await onChanged();
  };
  const revoke = async () => {
    if (!(await confirm({ title: text.revokeTitle(token.name), detail: text.revokeDetail, action: text.revoke }))) return;
    try {
      await call(request("DELETE", ["tokens", token.id]));
      say(text.revoked(token.name));
      onGone();
    } catch (ex) {
      sayError(ex);
    }
  };
  return html`<section class="card" aria-labelledby="facts-title"><h2 id="facts-title">${token.name}</h2>
      <p>${text.allows} ${sentenceOf(token)}</p>
      <dl class="facts">
        <dt>${text.id}</dt><dd class="mono">${token.id}</dd>
        <dt>${text.columns.made}</dt><dd>${moment(token.made)}</dd>
        <dt>${text.columns.used}</dt><dd>${token.used ? html`<${Since} when=${token.used} />` : text.never} <span class="soft">(${text.usedHint})</span></dd>
      </dl>
      <${Rotation} token=${token} onText=${onText} />
      <div class="bar"><span class="grow"></span><button type="button" class="danger" onClick=${revoke}>${text.revoke}</button></div>
    </section>
    <section class="card" aria-labelledby="edit-title"><h2 id="edit-title">${text.edit}</h2>
      <${TokenForm} key=${`${token.id} ${token.name} ${token.scopes} ${token.expires} ${token.rate}`} token=${token} action=${text.save} onSend=${change} />
    </section>`;
}

function Rotation({ token, onText }) {
  const [overlap, setOverlap] = useState("1h");
  const rotate = async () => {
    if (!(await mayLeave())) return;
    const detail = overlap ? text.rotateLater(text.overlaps[overlap]) : text.rotateNow;
    if (!(await confirm({ title: text.rotateTitle(token.name), detail, action: text.rotate, isDanger: !overlap }))) return;
    try {
      onText((await call(request("POST", ["tokens", token.id, "rotate"], { query: { overlap } }))).json());
    } catch (ex) {
      sayError(ex);
    }
  };
  return html`<h3>${text.rotate}</h3><p class="soft">${text.rotateHint}</p>
    <div class="bar"><label class="check">${text.overlap} <select value=${overlap} onChange=${(event) => setOverlap(event.target.value)}>
      ${Object.entries(text.overlaps).map(([value, shown]) => html`<option key=${value} value=${value} selected=${value === overlap}>${shown}</option>`)}</select></label>
      <button type="button" onClick=${rotate}>${text.rotate}</button></div>`;
}
