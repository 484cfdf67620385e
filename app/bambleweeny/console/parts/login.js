// The login: a page of its own at first, a form over the page when the session ends, so that drafts stay.
import { text } from "../en/shell.js";
import { acceptCode, API_URL, logIn, logInWith } from "./api.js";
import { mayLeave } from "./leaving.js";
import { Problem } from "./loading.js";
import { dismiss, end, needsLogin, sandboxOf, session } from "./session.js";
import { html, useEffect, useLayoutEffect, useRef, useState, useTitle, useValue } from "./ui.js";

// How one can log in: the fields, and the call.
const WAYS = {
  password: { fields: Named, send: ({ username, password }) => logIn({ username: username.value, password: password.value }) },
  token: { fields: ByToken, send: ({ token }) => logInWith(token.value.trim()) },
  code: { fields: ByCode, send: ({ code, password }) => acceptCode(code.value.trim(), password.value) },
};

// `ways` are those that are offered, the first one at the start; `code` is a one-time code from a link.
function Form({ user = "", code, ways, hasFocus = true, children }) {
  const [way, setWay] = useState(ways[0]);
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const form = useRef();
  useEffect(() => {
    if (hasFocus) [...form.current.querySelectorAll("input")].find(({ value }) => !value)?.focus();
  }, [way, hasFocus]);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await WAYS[way].send(form.current.elements);
    } catch (ex) {
      setError(ex);
    } finally {
      setBusy(false);
    }
  };
  return html`<form ref=${form} class="login" onSubmit=${submit}>
    <${WAYS[way].fields} key=${way} user=${user} code=${code} />
    ${error && html`<${Problem} error=${error} />`}
    <footer>
      ${ways.filter((one) => one !== way).map((one) => html`<button type="button" key=${one} class="quiet" onClick=${() => (setError(null), setWay(one))}>${text.ways[one]}</button>`)}
      ${children}
      <button class="primary" aria-disabled=${isBusy}>${text.login}</button>
    </footer>
  </form>`;
}

function Named({ user }) {
  return html`<label>${text.user}<input name="username" required autocomplete="username" defaultValue=${user} autocapitalize="none" spellcheck=${false} /></label>
    <label>${text.password}<input name="password" type="password" required autocomplete="current-password" /></label>`;
}

function ByToken() {
  return html`<label>${text.token}<input name="token" type="password" required autocomplete="off" /></label>`;
}

function ByCode({ code }) {
  return html`<label>${text.code}<input name="code" required autocomplete="off" autocapitalize="none" spellcheck=${false} defaultValue=${code} /></label>
    <label>${text.newPassword}<input name="password" type="password" required autocomplete="new-password" /></label>`;
}

// The page of a browser without a login; `problem` is a sentence above the form, `code` the one-time code of an
// invitation, and `invited` the name that the link gives. `user` is who is logged in all the same, until the code is used, and `onStay` goes on as this one.
export function LoginPage({ problem, code, invited, user, onStay }) {
  const title = code ? text.welcome(invited) : text.login;
  useTitle(title);
  return html`<main class="login-page" id="content">
    <h1>${title}</h1>
    ${problem && html`<p role="alert" class="problem">${problem}</p>`}
    ${code && html`<p class="note">${text.invited}</p>`}
    <${Form} code=${code} ways=${code ? ["code", "password", "token"] : ["password", "token", "code"]}>
      ${user && html`<button type="button" onClick=${onStay}>${text.stay(user)}</button>`}
    </${Form}>
    ${!code && html`<p class="soft">${text.firstPassword} ${text.ofTab}</p>`}
    <p><a href=${`${API_URL}/docs`}>${text.readGuide}</a></p>
  </main>`;
}

async function leave() {
  if (await mayLeave()) end();
}

// The form at the bottom of the window while a session ends or has ended; the page stays as it is behind it.
export function LoginAgain() {
  const needed = useValue(needsLogin);
  const found = useValue(session);
  const frame = useRef();
  // NOTE: behind a modal window nothing can be used, so the form is then one too, above it.
  const isModal = Boolean(needed?.hasEnded && document.querySelector("dialog.modal:modal"));
  useLayoutEffect(() => {
    if (isModal && !frame.current.open) frame.current.showModal();
  }, [isModal]);
  if (!needed || !found) return null;
  const { hasEnded } = needed;
  return html`<${isModal ? "dialog" : "aside"} ref=${frame} class="again" aria-label=${text.loginAgain} onCancel=${(event) => event.preventDefault()}>
    <p role="alert">${!hasEnded ? text.loginSoon : sandboxOf(found) ? text.sandboxEnded : text.loginEnded}</p>
    <${Form} user=${found.user.split("~")[0]} ways=${found.scopes ? ["token", "password"] : ["password", "token"]} hasFocus=${hasEnded}>
      <button type="button" onClick=${() => (hasEnded ? void leave() : dismiss())}>${hasEnded ? text.logout : text.later}</button>
    </${Form}>
  </${isModal ? "dialog" : "aside"}>`;
}
