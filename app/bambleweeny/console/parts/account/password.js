// A new password for the user who is logged in.
import { text } from "../../en/account.js";
import { call, logIn } from "../api.js";
import { say } from "../dialogs.js";
import { useTypedGuard } from "../leaving.js";
import { Problem } from "../loading.js";
import { request } from "../request.js";
import { session } from "../session.js";
import { fixedWhile, html, useRef, useState } from "../ui.js";

export function PasswordForm() {
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const form = useRef();
  useTypedGuard(form);
  const submit = async (event) => {
    event.preventDefault();
    const { current, next, again } = form.current.elements;
    const password = next.value;
    if (password !== again.value) return setError(new Error(text.different));
    setBusy(true);
    setError(null);
    try {
      await call(request("PUT", ["auth", "password"], { body: { json: { current: current.value, password } } }));
      // NOTE: the server has ended this session, too.
      await logIn({ username: session.value.user, password });
      form.current?.reset();
      say(text.changed);
    } catch (ex) {
      setError(ex);
    } finally {
      setBusy(false);
    }
    return undefined;
  };
  const field = (name, autocomplete) => html`<label>${text[name]}<input name=${name} type="password" required autocomplete=${autocomplete} /></label>`;
  return html`<section class="card" aria-labelledby="password-title"><h2 id="password-title">${text.password}</h2>
    <form ...${fixedWhile(isBusy)} ref=${form} class="own-password" onSubmit=${submit}>
      <input class="hidden" name="username" autocomplete="username" tabindex="-1" aria-hidden="true" readonly defaultValue=${session.value.user} />
      ${field("current", "current-password")}${field("next", "new-password")}${field("again", "new-password")}
      ${error && html`<${Problem} error=${error} />`}
      <p class="soft">${text.changeHint}</p>
      <footer><button class="primary" aria-disabled=${isBusy}>${text.change}</button></footer>
    </form></section>`;
}
