// Named tokens: the list, a new one, and one of them.
import { text } from "../en/tokens.js";
import { to } from "../parts/address.js";
import { call, readJson } from "../parts/api.js";
import { Since, Until } from "../parts/countdown.js";
import { confirm, say, sayError } from "../parts/dialogs.js";
import { Grid } from "../parts/grid.js";
import { leaveTo, replaceAddress } from "../parts/leaving.js";
import { Loaded, useReading } from "../parts/loading.js";
import { useRefresh } from "../parts/refresh.js";
import { request } from "../parts/request.js";
import { session } from "../parts/session.js";
import { useShortcut } from "../parts/shortcuts.js";
import { Empty } from "../parts/snippet_box.js";
import { TokenDetails } from "../parts/tokens/details.js";
import { TokenForm } from "../parts/tokens/form.js";
import { ShownOnce } from "../parts/tokens/shown_once.js";
import { html, useEffect, useState, useTitle, useValue } from "../parts/ui.js";

const COLUMNS = [
  { key: "name", title: text.columns.name, render: ({ name }) => name },
  { key: "scopes", title: text.columns.scopes, isMinor: true, render: ({ scopes }) => html`<span class="mono" title=${scopes.join(" ")}>${scopes.join(" ")}</span>` },
  { key: "expires", title: text.columns.expires, render: ({ expires }) => (expires ? html`<${Until} when=${expires} />` : text.never) },
  { key: "used", title: html`<span title=${text.usedHint}>${text.columns.used}<span class="hidden"> (${text.usedHint})</span></span>`, render: ({ used }) => (used ? html`<${Since} when=${used} />` : text.never) },
  { key: "made", title: text.columns.made, isMinor: true, render: ({ made }) => html`<${Since} when=${made} />` },
  { key: "rate", title: text.columns.rate, isMinor: true, render: ({ rate }) => rate ?? text.noRate },
];
const NEW = "new";
const COLLEAGUE = { name: "colleague", preset: "read", span: "7d" };
const FIRST = request("POST", ["tokens"], { body: { json: { name: "ci", scopes: ["keys:read:app:*"], ttl: "90d" } } });

// `#/tokens/new?prefix=app:` gives that prefix; `#/tokens/ID` is one token.
export default function Tokens({ rest, query }) {
  useTitle(text.title);
  const [made, setMade] = useState(null);
  const { scopes } = useValue(session);
  const reading = useReading(async (signal) => (await readJson(request("GET", ["tokens"]), signal)).tokens, []);
  useRefresh(reading.reload);
  const [shown] = rest;
  useShortcut("n", () => (location.hash = to("tokens", NEW)));
  const make = async (fields) => {
    const token = (await call(request("POST", ["tokens"], { body: { json: fields } }))).json();
    // NOTE: who goes back later finds the token, not the form.
    replaceAddress(to("tokens", token.id));
    setMade(token);
    void reading.reload();
  };
  useEffect(() => setMade(null), [shown]);
  const done = () => {
    setMade(null);
    leaveTo(to("tokens"));
  };
  if (made) return html`<h1>${text.title}</h1><${ShownOnce} token=${made} onDone=${done} />`;
  return html`<div class="bar"><h1 class="grow">${text.title}</h1>${shown && html`<a class="button" href=${to("tokens")}>${text.back}</a>`}</div>
    ${scopes && html`<p class="note">${text.narrower}</p>`}
    ${shown === NEW ? html`<${NewToken} key=${`${query.for} ${query.prefix}`} query=${query} onSend=${make} />`
      : html`<${Loaded} reading=${reading}>${(tokens) => (shown
          ? html`<${One} token=${tokens.find(({ id }) => id === shown)} reading=${reading} onText=${(token) => (setMade(token), void reading.reload())} />`
          : html`<${All} tokens=${tokens} reading=${reading} onMade=${setMade} />`)}</${Loaded}>`}`;
}

function NewToken({ query, onSend }) {
  const first = query.for === COLLEAGUE.name || query.prefix ? { ...COLLEAGUE, subject: query.prefix ?? "" } : {};
  return html`<section class="card" aria-labelledby="new-title"><h2 id="new-title">${first.name ? text.give : text.add}</h2>
    <${TokenForm} first=${first} action=${text.make} onSend=${onSend}><a class="button" href=${to("tokens")}>${text.cancel}</a></${TokenForm}>
  </section>`;
}

function One({ token, reading, onText }) {
  if (!token) return html`<p class="note">${text.gone}</p>`;
  return html`<${TokenDetails} token=${token} onChanged=${reading.reload} onText=${onText} onGone=${() => (leaveTo(to("tokens")), void reading.reload())} />`;
}

function All({ tokens, reading, onMade }) {
  const first = async () => {
    onMade((await call(FIRST)).json());
    void reading.reload();
  };
  const revokeAll = async () => {
    const title = text.revokeAllTitle(tokens.length);
    if (!(await confirm({ title, detail: text.revokeAllDetail, action: text.revokeAll, typed: text.revokeAllTyped }))) return;
    try {
      const { revoked } = (await call(request("DELETE", ["tokens"], { query: { confirm: 1 } }))).json();
      say(text.revokedAll(revoked));
      void reading.reload();
    } catch (ex) {
      sayError(ex);
    }
  };
  return html`<p class="soft">${text.intro}</p>
    <div class="bar"><a class="button primary" href=${to("tokens", NEW)}>${text.add} <kbd>n</kbd></a>
      <a class="button" href=${to("tokens", NEW, { for: COLLEAGUE.name })}>${text.give}</a>
      <span class="grow"></span>${tokens.length > 0 && html`<button type="button" class="danger" onClick=${revokeAll}>${text.revokeAll}</button>`}</div>
    <${Grid} label=${text.title} columns=${COLUMNS} rows=${tokens} keyOf=${({ id }) => id} href=${({ id }) => to("tokens", id)}
      empty=${html`<${Empty} sentence=${text.none} request=${FIRST} onRun=${first} />`} />`;
}
