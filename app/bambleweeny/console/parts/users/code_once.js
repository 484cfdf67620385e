// A one-time code, which is shown once, and what to send to the user.
import { text } from "../../en/users.js";
import { API_URL } from "../api.js";
import { serverNow } from "../clock.js";
import { moment } from "../format.js";
import { useOnceGuard } from "../leaving.js";
import { word } from "../quoting.js";
import { CopyButton } from "../snippet_box.js";
import { html, useEffect, useRef } from "../ui.js";

// `made` is `{ username, code, expires_in }`; `onDone` forgets it.
export function CodeOnce({ made, onDone }) {
  const heading = useRef();
  useOnceGuard();
  const until = useRef(serverNow() + made.expires_in * 1000);
  useEffect(() => heading.current.focus(), []);
  // NOTE: what follows the # stays in the browser, so that no log of a server has the code.
  const link = `${API_URL}/console#invite=${made.code}&user=${encodeURIComponent(made.username)}`;
  const texts = { link, line: `bambleweeny accept ${made.code} --url ${word(API_URL)}`, code: made.code };
  return html`<section class="card once" aria-labelledby="once-title">
    <h2 id="once-title" ref=${heading} tabindex="-1">${text.codeTitle(made.username)}</h2>
    <p class="note">${text.codeOnce(moment(until.current))}</p>
    ${Object.entries(texts).map(([name, value]) => html`<div key=${name} class="stack"><div class="bar"><h3>${text[name]}</h3><${CopyButton} value=${value} /></div>
      <pre tabindex="0" class=${`wrapped of-${name}`}>${value}</pre></div>`)}
    <footer class="bar"><span class="grow"></span><button type="button" class="primary" onClick=${onDone}>${text.done}</button></footer>
  </section>`;
}
