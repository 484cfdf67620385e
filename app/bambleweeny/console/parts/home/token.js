// The line that puts a token into the variable that the snippets read.
import { text } from "../../en/home.js";
import { to } from "../address.js";
import { API_URL } from "../api.js";
import { quoted } from "../quoting.js";
import { mayDo, session } from "../session.js";
import { CopyButton } from "../snippet_box.js";
import { html, useValue } from "../ui.js";

export function TokenLine() {
  const { user, scopes } = useValue(session);
  const login = JSON.stringify({ username: user, password: text.yourPassword });
  const line = `export TOKEN=${scopes ? text.yourToken : `$(curl -s ${quoted(`${API_URL}/auth/token?raw`)} -d ${quoted(login)})`}`;
  return html`<div class="stack"><p>${text.tokenFirst}</p>
    <div class="bar"><code>${line}</code><${CopyButton} value=${line} />${mayDo("tokens", "write") && html`<a href=${to("tokens")}>${text.tokenNamed}</a>`}</div></div>`;
}
