// A new user, with a password or an invitation.
import { text } from "../../en/users.js";
import { to } from "../address.js";
import { call } from "../api.js";
import { useGuard } from "../leaving.js";
import { Problem } from "../loading.js";
import { request } from "../request.js";
import { mayDo, session } from "../session.js";
import { fixedWhile, html, useEffect, useRef, useState, useTitle, useValue } from "../ui.js";
import { LimitFields } from "./limit_fields.js";
import { changesOf, draftOf, labelled } from "./limits.js";

// `onMade(user)` gets the answer of the API, with the name.
export function NewUser({ onMade }) {
  const { scopes } = useValue(session);
  const [draft, setDraft] = useState({ username: "", way: "invite", ttl: "7d", password: "", role: "user" });
  const [limits, setLimits] = useState(draftOf({}));
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const first = useRef();
  useTitle(text.add);
  const begun = useRef(JSON.stringify([draft, limits]));
  useGuard(JSON.stringify([draft, limits]) !== begun.current);
  useEffect(() => first.current.focus(), []);
  const set = (name) => (event) => setDraft({ ...draft, [name]: event.target.value });
  const submit = async (event) => {
    event.preventDefault();
    const { username, way, ttl, password, role } = draft;
    const access = way === "invite" ? { invite: true, ttl } : { password };
    setBusy(true);
    setError(null);
    try {
      const json = { username, ...access, ...(role !== "user" && { role }), ...changesOf(limits, {}) };
      onMade({ ...(await call(request("POST", ["users"], { body: { json } }))).json(), username });
    } catch (ex) {
      setError(ex);
      setBusy(false);
    }
  };
  return html`<section class="card" aria-labelledby="new-title"><h2 id="new-title">${text.add}</h2>
    ${mayDo("tokens", "write") && html`<p class="soft">${text.orToken} <a href=${to("tokens", "new", { for: "colleague" })}>${text.giveToken}</a></p>`}<form ...${fixedWhile(isBusy)} onSubmit=${submit}>
    <label>${text.name}<input ref=${first} name="new-user" value=${draft.username} required autocomplete="off" autocapitalize="none" spellcheck=${false} onInput=${set("username")} /></label>
    <fieldset><legend>${text.how}</legend>${Object.entries(text.ways).map(([way, shown]) => html`<label key=${way} class="check">
      <input type="radio" name="way" value=${way} checked=${way === draft.way} onChange=${set("way")} /> ${shown}</label>`)}</fieldset>
    <div class="fields">
      ${draft.way === "invite" ? html`<label key="ttl">${text.ttl}<select value=${draft.ttl} onChange=${set("ttl")}>${Object.entries(text.ttls).map(([ttl, shown]) => html`<option key=${ttl} value=${ttl} selected=${ttl === draft.ttl}>${shown}</option>`)}</select></label>`
        : html`<label key="password">${text.password}<input name="new-password" type="password" value=${draft.password} required autocomplete="new-password" onInput=${set("password")} /></label>`}
      ${!scopes && html`<label>${text.role}<select value=${draft.role} onChange=${set("role")}>${Object.entries(text.roles).map(([role, shown]) => html`<option key=${role} value=${role} selected=${role === draft.role}>${shown}</option>`)}</select></label>`}
    </div>
    <details><summary>${text.limits}</summary><${LimitFields} draft=${limits} onDraft=${setLimits} /></details>
    ${error && html`<${Problem} error=${labelled(error, text.limitNames)} />`}
    <footer><a class="button" href=${to("users")}>${text.cancel}</a><button class="primary" aria-disabled=${isBusy}>${text.make}</button></footer>
  </form></section>`;
}
