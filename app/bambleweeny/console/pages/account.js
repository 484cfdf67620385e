// The account: who is logged in and until when, usage, password, preferences.
import { text } from "../en/account.js";
import { PasswordForm } from "../parts/account/password.js";
import { Preferences } from "../parts/account/preferences.js";
import { readJson } from "../parts/api.js";
import { Countdown } from "../parts/countdown.js";
import { sayError } from "../parts/dialogs.js";
import { leaveSession } from "../parts/leaving.js";
import { Loaded, useReading } from "../parts/loading.js";
import { request } from "../parts/request.js";
import { acting, session } from "../parts/session.js";
import { html, useTitle, useValue } from "../parts/ui.js";
import { Usage } from "../parts/users/usage.js";

export default function Account() {
  useTitle(text.title);
  const { id, scopes } = useValue(session);
  const isActing = useValue(acting) !== null;
  // NOTE: an admin who acts for a user still sees the own account here.
  const usage = useReading((signal) => readJson(request("GET", ["usage"], { query: { userid: isActing ? id : undefined } }), signal), [id]);
  return html`<h1>${text.title}</h1>
    <div class="cards">
      <${Who} />
      <section class="card" aria-labelledby="usage-title"><h2 id="usage-title">${text.usage}</h2><${Loaded} reading=${usage}>${(found) => html`<${Usage} usage=${found} />`}</${Loaded}></section>
      ${!scopes && html`<${PasswordForm} />`}
      <${Preferences} />
    </div>`;
}

function Who() {
  const { user, id, admin, scopes, ends } = useValue(session);
  return html`<section class="card" aria-labelledby="who-title"><h2 id="who-title">${text.who}</h2>
    <dl class="facts">
      <dt>${text.user}</dt><dd>${user}</dd>
      <dt>${text.id}</dt><dd>${id}</dd>
      <dt>${text.role}</dt><dd>${admin ? text.admin : text.plain}</dd>
      <dt>${text.kind}</dt><dd>${scopes ? text.named : text.session}</dd>
      ${scopes && html`<dt>${text.scopes}</dt><dd class="mono">${scopes.join(" ")}</dd>`}
      <dt>${text.ends}</dt><dd>${ends ? html`<${Countdown} ends=${ends} isLocal=${!scopes} />` : text.unknownEnd}</dd>
    </dl>
    <div class="bar"><button type="button" class="log-out" onClick=${() => void leaveSession().catch(sayError)}>${text.logout}</button><span class="soft">${scopes ? text.forgetHint : text.logoutHint}</span></div>
  </section>`;
}
