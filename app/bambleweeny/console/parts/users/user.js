// One user: what it stores, its limits, its access.
import { text } from "../../en/users.js";
import { to } from "../address.js";
import { call, readJson } from "../api.js";
import { confirm, say, sayError } from "../dialogs.js";
import { bytes } from "../format.js";
import { leaveTo, mayLeave, useGuard, useTypedGuard } from "../leaving.js";
import { Loaded, Problem, useReading } from "../loading.js";
import { NoSuch } from "../no_such.js";
import { useRefresh } from "../refresh.js";
import { request } from "../request.js";
import { acting, session } from "../session.js";
import { useChord } from "../shortcuts.js";
import { fixedWhile, html, useEffect, useRef, useState, useTitle, useValue } from "../ui.js";
import { LimitFields } from "./limit_fields.js";
import { changesOf, draftOf, labelled } from "./limits.js";
import { Usage } from "./usage.js";
import { usageOf } from "./usage_cell.js";

// `onCode(made)` gets a one-time code; `onGone()` is called when the user is deleted.
export function User({ id, onCode, onGone }) {
  const user = useReading((signal) => readUser(id, signal), [id]);
  // NOTE: there is no event of a user. One that is gone is not asked for again.
  useRefresh(() => user.value && user.reload());
  useTitle(user.value?.username ?? text.id(id));
  return html`<${Loaded} reading=${user}>${(found) => (found ? html`<${Shown} ...${{ id, user, onCode, onGone }} found=${found} />` : html`<${NoSuch} title=${text.id(id)} sentence=${text.noSuch} />`)}</${Loaded}>`;
}

// Returns a user, or null if there is none.
async function readUser(id, signal) {
  try {
    return await readJson(request("GET", ["users", id]), signal);
  } catch (ex) {
    if (ex.status === 404) return null;
    throw ex;
  }
}

// `user` is the reading whose value is `found`.
function Shown({ id, user, found, onCode, onGone }) {
  const { scopes, id: own } = useValue(session);
  const usage = useReading((signal) => usageOf(id, signal), [id]);
  const change = async (json) => {
    try {
      await call(request("PUT", ["users", id], { body: { json } }));
    } catch (ex) {
      if (ex.status === 404) void user.reload();
      throw ex;
    }
    const changed = await readUser(id);
    user.set(changed);
    void usage.reload();
    return changed;
  };
  return html`<div class="contents">
    <section class="card" aria-labelledby="user-title"><h2 id="user-title">${found.username}</h2>
      <p class="soft">${text.id(id)} <span class="badge">${found.role}</span> ${found.invited && html`<span class="badge delayed">${text.invited}</span>`}</p>
      ${id === own ? html`<p class="soft">${text.you}</p>` : html`<div class="bar"><button type="button" onClick=${() => void actAs(id, found.username)}>${text.actAs}</button><span class="soft">${text.actAsHint}</span></div>`}
      <h3>${text.stores}</h3>${id !== own && html`<p class="soft">${text.looked}</p>`}<${Loaded} reading=${usage}>${(numbers) => html`<${Usage} usage=${numbers} />`}</${Loaded}>
    </section>
    <${Limits} user=${found} onChange=${change} />
    ${!scopes && html`<${Access} id=${id} own=${own} user=${found} onChange=${change} onCode=${onCode} />`}
    ${id !== "0" && html`<div class="bar"><span class="grow"></span><button type="button" class="danger" onClick=${() => remove(id, found.username, usage.value, onGone)}>${text.remove}</button></div>`}</div>`;
}

async function actAs(id, name) {
  if (!(await mayLeave())) return;
  acting.value = { id, name };
  leaveTo(to("keys"));
}

async function remove(id, name, usage, onGone) {
  const detail = usage ? text.removeDetail(usage, bytes(usage.bytes)) : text.removeUnknown;
  if (!(await confirm({ title: text.removeTitle(name), detail, action: text.remove, typed: name }))) return;
  try {
    await call(request("DELETE", ["users", id]));
    if (acting.value?.id === id) acting.value = null;
    say(text.removed(name));
    onGone();
  } catch (ex) {
    sayError(ex);
  }
}

function Limits({ user, onChange }) {
  const [draft, setDraft] = useState(draftOf(user));
  const base = useRef(draft);
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const form = useRef();
  const changes = changesOf(draft, user);
  // NOTE: what somebody else has changed is shown, unless the field has a draft.
  useEffect(() => {
    const [before, now] = [base.current, draftOf(user)];
    base.current = now;
    setDraft((last) => Object.fromEntries(Object.entries(now).map(([name, value]) => [name, last[name] === before[name] ? value : last[name]])));
  }, [JSON.stringify(draftOf(user))]);
  useGuard(Object.keys(changes).length > 0);
  useChord("s", () => form.current.requestSubmit());
  const submit = async (event) => {
    event.preventDefault();
    if (isBusy || !Object.keys(changes).length) return;
    setBusy(true);
    setError(null);
    try {
      const changed = await onChange(changes);
      if (changed) setDraft((base.current = draftOf(changed)));
      say(text.saved);
    } catch (ex) {
      setError(ex);
    } finally {
      setBusy(false);
    }
  };
  return html`<section class="card" aria-labelledby="limits-title"><h2 id="limits-title">${text.limits}</h2>
    <form ...${fixedWhile(isBusy)} ref=${form} class="limits" onSubmit=${submit}><${LimitFields} draft=${draft} onDraft=${setDraft} />
      ${error && html`<${Problem} error=${labelled(error, text.limitNames)} />`}
      <footer><button class="primary" disabled=${isBusy || !Object.keys(changes).length}>${text.save}</button></footer></form></section>`;
}

function Access({ id, own, user, onChange, onCode }) {
  const [error, setError] = useState(null);
  const form = useRef();
  const isAdmin = user.role === "admin";
  useTypedGuard(form);
  const setRole = async () => {
    const [title, detail, action] = isAdmin ? [text.toUserTitle, text.toUserDetail, text.toUser] : [text.toAdminTitle, text.toAdminDetail, text.toAdmin];
    if (await confirm({ title: title(user.username), detail, action })) await onChange({ role: isAdmin ? "user" : "admin" }).catch(sayError);
  };
  const setPassword = async (event) => {
    event.preventDefault();
    setError(null);
    try {
      await onChange({ password: form.current.elements.password.value });
      form.current?.reset();
      say(text.passwordSet(user.username));
    } catch (ex) {
      setError(ex);
    }
  };
  const reset = async () => {
    if (!(await mayLeave())) return;
    try {
      onCode((await call(request("POST", ["users", id, "reset"]))).json());
    } catch (ex) {
      sayError(ex);
    }
  };
  return html`<section class="card" aria-labelledby="access-title"><h2 id="access-title">${text.access}</h2>
    <div class="bar"><button type="button" onClick=${reset}>${text.reset}</button><span class="soft">${text.resetHint}</span></div>
    ${id !== "0" && html`<div class="bar"><button type="button" onClick=${setRole}>${isAdmin ? text.toUser : text.toAdmin}</button></div>`}
    ${id !== own && html`<form ref=${form} class="new-password" onSubmit=${setPassword}><input class="hidden" name="username" autocomplete="off" tabindex="-1" aria-hidden="true" readonly defaultValue=${user.username} /><label>${text.newPassword}<input name="password" type="password" required autocomplete="new-password" /></label>
      ${error && html`<${Problem} error=${error} />`}<footer><button>${text.setPassword}</button></footer></form>`}
  </section>`;
}
