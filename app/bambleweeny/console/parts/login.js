// The login: a page of its own at first, a form over the page when the session ends, so that drafts stay.
import { text } from "../en/shell.js";
import { logIn, logInWith } from "./api.js";
import { Problem } from "./loading.js";
import { dismiss, end, needsLogin, session } from "./session.js";
import { html, useRef, useState, useTitle, useValue } from "./ui.js";

function Form({ user = "", children }) {
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const [byToken, setByToken] = useState(false);
  const form = useRef();
  const submit = async (event) => {
    event.preventDefault();
    const { username, password, token } = form.current.elements;
    setBusy(true);
    setError(null);
    try {
      if (byToken) await logInWith(token.value.trim());
      else await logIn({ username: username.value, password: password.value });
    } catch (ex) {
      setError(ex);
      setBusy(false);
    }
  };
  return html`<form ref=${form} class="login" onSubmit=${submit}>
    ${byToken
      ? html`<label key="token">${text.token}<input name="token" type="password" required autocomplete="off" autofocus /></label>`
      : html`<label key="user">${text.user}<input name="username" required autocomplete="username" defaultValue=${user} autofocus=${!user} autocapitalize="none" spellcheck=${false} /></label>
          <label key="password">${text.password}<input name="password" type="password" required autocomplete="current-password" autofocus=${Boolean(user)} /></label>`}
    ${error && html`<${Problem} error=${error} />`}
    <footer>
      <button type="button" class="quiet" onClick=${() => setByToken(!byToken)}>${byToken ? text.withPassword : text.withToken}</button>
      ${children}
      <button class="primary" disabled=${isBusy}>${text.login}</button>
    </footer>
  </form>`;
}

// The page of a browser without a login; `problem` is a sentence above the form.
export function LoginPage({ problem }) {
  useTitle(text.login);
  return html`<main class="login-page" id="content">
    <h1>${text.login}</h1>
    ${problem && html`<p role="alert" class="problem">${problem}</p>`}
    <${Form} />
    <p class="soft">${text.firstPassword}</p>
  </main>`;
}

// The form at the bottom of the window while a session ends or has ended; the page stays as it is behind it.
export function LoginAgain() {
  const isShown = useValue(needsLogin);
  const found = useValue(session);
  if (!isShown || !found) return null;
  const hasEnded = !found.ends || found.ends <= Date.now();
  return html`<aside class="again" aria-label=${text.loginAgain}>
    <p role="alert">${hasEnded ? text.loginEnded : text.loginSoon}</p>
    <${Form} user=${found.user}>
      <button type="button" onClick=${() => (hasEnded ? end() : dismiss())}>${hasEnded ? text.logout : text.later}</button>
    </${Form}>
  </aside>`;
}
