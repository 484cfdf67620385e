// The text of a token, which is shown once, and what to do with it.
import { text } from "../../en/tokens.js";
import { API_URL } from "../api.js";
import { useOnceGuard } from "../leaving.js";
import { word } from "../quoting.js";
import { request } from "../request.js";
import { CopyButton, Lines } from "../snippet_box.js";
import { snippetsOf } from "../snippets.js";
import { html, useEffect, useRef } from "../ui.js";
import { rowOf } from "./scopes.js";
import { sentenceOf } from "./sentence.js";

const NAMED = {
  "keys read": (name, kind) => (kind === "name" ? request("GET", ["keys", name]) : request("GET", ["keys"], { query: { prefix: name } })),
  "keys write": (name) => request("PUT", ["keys", name], { body: "blue" }),
  "keys incr": (name) => request("POST", ["incr", name]),
  "lists read": (name, kind) => (kind === "name" ? request("GET", ["lists", name, "stats"]) : request("GET", ["lists"], { query: { prefix: name } })),
  "lists push": (name) => request("POST", ["lists", name], { body: "resize.png" }),
  "lists pop": (name) => request("POST", ["lists", name, "lease"]),
  "lists write": (name) => request("POST", ["lists", name], { body: "resize.png" }),
  "topics read": (name, kind) => (kind === "name" ? request("GET", ["topics", name]) : request("GET", ["topics"], { query: { prefix: name } })),
  "topics publish": (name) => request("POST", ["topics", name], { body: "hello" }),
  "topics write": (name) => request("POST", ["topics", name], { body: "hello" }),
};
const LISTED = ["read"];

// `token` is the answer of the API, with its text; `onDone` forgets it.
export function ShownOnce({ token, onDone }) {
  const heading = useRef();
  useOnceGuard();
  useEffect(() => heading.current.focus(), [token]);
  const message = () => text.message(token.name, `${text.allows.toLowerCase()} ${sentenceOf(token)}`, API_URL, token.token);
  const example = snippetsOf(exampleOf(token.scopes), API_URL).curl;
  const login = `printf '%s\\n' "$TOKEN" | bambleweeny login ${word(API_URL)} --token -`;
  return html`<section class="card once" aria-labelledby="once-title">
    <h2 id="once-title" ref=${heading} tabindex="-1">${text.shownTitle(token.name)}</h2>
    <p class="note">${text.shownOnce}</p>
    <pre class="token-text" tabindex="0" aria-label=${text.tokenText}>${token.token}</pre>
    <div class="bar"><${CopyButton} value=${() => token.token} label=${text.copyToken} /><${CopyButton} value=${message} label=${text.copyMessage} /></div>
    <p><strong>${text.allows}</strong> ${sentenceOf(token)}</p>
    <h3>${text.useIt}</h3>
    <${Lines} sentence=${text.inShell} lines="read -rs TOKEN && export TOKEN" />
    <${Lines} sentence=${text.inCall} lines=${example} />
    <${Lines} sentence=${text.onCommandLine} lines=${login} />
    <${Lines} sentence=${text.inBrowser} lines=${`${API_URL}/console`} />
    <footer class="bar"><span class="grow"></span><button type="button" class="primary" onClick=${onDone}>${text.done}</button></footer>
  </section>`;
}

// Returns a call that a token with these scopes may make.
function exampleOf(scopes) {
  const rows = scopes.map(rowOf);
  const { noun, verb, kind, name } = rows.find((row) => NAMED[`${row.noun} ${row.verb}`]) ?? {};
  const make = NAMED[`${noun} ${verb}`];
  if (!make) return request("GET", ["auth", "test"]);
  return make(kind === "name" || LISTED.includes(verb) ? name : `${name}example`, kind);
}
