// One route: its document beside a request that tries it, and its calls as they come.
import { text } from "../../en/routes.js";
import { to } from "../address.js";
import { API_URL, call } from "../api.js";
import { BusyButton } from "../busy_button.js";
import { confirm, say, sayError } from "../dialogs.js";
import { problemOf } from "../json_text.js";
import { leaveTo, useGuard } from "../leaving.js";
import { Loaded } from "../loading.js";
import { NoSuch } from "../no_such.js";
import { DocumentConflict, postDocument, putDocument, useDocument } from "../public/document.js";
import { JsonEditor } from "../public/editor.js";
import { useRow } from "../public/row.js";
import { Tester } from "../public/tester.js";
import { idOf, publicPath, UrlBox, urlOf } from "../public/urls.js";
import { request } from "../request.js";
import { mayDo } from "../session.js";
import { useChord } from "../shortcuts.js";
import { SnippetBox } from "../snippet_box.js";
import { useFeed } from "../topics/feed.js";
import { html, useEffect, useMemo, useRef, useState, useTitle } from "../ui.js";
import { callsIn, Journal, ruleOf } from "./journal.js";
import { firstCallOf, withJournal } from "./templates.js";
import { Why } from "./why.js";

export const nameOf = (route) => route.name || idOf(route);
const RECENT = { last: 50 };

export function Route({ id, query }) {
  const row = useRow("routes", id);
  return html`<a class="up" href=${to("routes")}>${text.all}</a>
    <${Loaded} reading=${row}>${(route) => (route ? html`<${Shown} route=${route} query=${query} onChanged=${row.reload} />` : html`<${NoSuch} title=${id} sentence=${text.noSuch} />`)}</${Loaded}>`;
}

function Shown({ route, query, onChanged }) {
  const id = idOf(route);
  useTitle(nameOf(route));
  const document = useDocument("routes", id);
  const [epoch, setEpoch] = useState(0);
  const typed = useRef({});
  const finish = async (saving) => {
    if (!(await saving)) return;
    say(text.saved);
    onChanged();
  };
  const mayWrite = mayDo("routes", "write") && !route.isGone;
  const isMissed = document.error?.status === 404;
  useEffect(() => void (isMissed && onChanged()), [isMissed]);
  const again = async () => {
    try {
      const made = (await call(postDocument("routes", document.draft ?? document.reading.value))).json();
      say(text.made);
      leaveTo(to("routes", idOf(made)));
    } catch (ex) {
      sayError(ex);
    }
  };
  const isJson = !problemOf(document.draft ?? "{}");
  const save = () => mayWrite && isJson && document.isChanged && !document.isSaving && void finish(document.save());
  useChord("s", save);
  useGuard(document.isChanged);
  return html`<div class="bar"><h1 class="grow">${nameOf(route)}</h1>
      ${mayWrite && html`<button type="button" onClick=${() => void reset(id, () => setEpoch(epoch + 1))}>${text.reset}</button>
      <button type="button" class="danger" onClick=${() => void removeRoute(route)}>${text.remove}</button>`}</div>
    ${route.isGone && html`<div class="note bar" role="status"><span class="grow">${text.isGone}</span>
      ${mayDo("routes", "write") && isJson && document.reading.value !== undefined && html`<${BusyButton} onPress=${again}>${text.createAgain}</${BusyButton}>`}</div>`}
    <${UrlBox} label=${text.urlLabel} url=${urlOf(route)} />
    <${Loaded} reading=${document.reading}>${(base) => html`
      <div class="halves">
        <section class="stack" aria-labelledby="document-title">
          <div class="bar"><h2 class="grow" id="document-title">${text.document}</h2>
            ${document.isChanged && html`<span class="badge leased" role="status">${text.unsaved}</span><button type="button" disabled=${document.isSaving} onClick=${() => document.setDraft(undefined)}>${text.discard}</button>`}
            ${mayWrite && html`<button type="button" class="primary" disabled=${!document.isChanged || !isJson || document.isSaving} onClick=${save}>${text.save}</button>`}</div>
          <${JsonEditor} label=${text.document} value=${document.draft ?? base} onChange=${document.setDraft} error=${isMissed ? undefined : document.error} isFixed=${document.isSaving} />
          <p class="soft">${text.documentHelp} <a href=${`${API_URL}/docs/mock-reference`}>${text.reference}</a></p>
          <details><summary>${text.saveElsewhere}</summary><${SnippetBox} request=${putDocument("routes", id, document.draft ?? base)} /></details>
        </section>
        <${Tried} key=${`${base} ${epoch}`} ...${{ route, query, base, typed }} onJournal=${() => document.setDraft(withJournal(document.draft ?? base, `${nameOf(route)}-calls`))} />
      </div>`}
    </${Loaded}>
    ${document.conflict && html`<${DocumentConflict} conflict=${document.conflict} onChoose=${(...choice) => void finish(document.settle(...choice))} />`}`;
}

// `typed` is a ref with what the user has changed in the test request, which stays when the document is saved.
function Tried({ route, base, query, typed, onJournal }) {
  const parsed = useMemo(() => JSON.parse(base), [base]);
  const id = idOf(route);
  const { journal, rules = [] } = parsed;
  const { method = "GET", path, body = "" } = query;
  const first = useMemo(() => (path ? { method, path, body } : firstCallOf(parsed)), []);
  const tester = (onAnswer, children) => html`<section class="stack" aria-labelledby="test-title"><h2 id="test-title">${text.test}</h2>
    <${Tester} base=${publicPath("routes", route)} first=${first} typed=${typed} onAnswer=${onAnswer}>${children}</${Tester}></section>`;
  if (journal) return html`<${WithJournal} ...${{ route, journal, rules, tester }} />`;
  return html`${tester(() => {}, null)}<section class="stack whole"><h2>${text.journal}</h2><p>${text.noJournal}</p>${mayDo("routes", "write") && html`<div><button type="button" onClick=${onJournal}>${text.addJournal}</button></div>`}</section>`;
}

function WithJournal({ route, journal, rules, tester }) {
  const feed = useFeed(journal, RECENT, false);
  const calls = useMemo(() => callsIn(feed.rows), [feed.rows]);
  const [tried, setTried] = useState(null);
  const newest = calls[0]?.id;
  const onAnswer = ({ method }) => setTried({ method, after: newest });
  const at = tried ? calls.findIndex(({ id }) => id === tried.after) : -1;
  const found = tried && calls.slice(0, at < 0 ? calls.length : at).findLast(({ kept }) => kept.method === tried.method);
  return html`${tester(onAnswer, html`<${Matched} id=${idOf(route)} found=${found} rules=${rules} />`)}
    <section class="stack whole"><h2>${text.journal} <a href=${to("topics", journal)}>${journal}</a></h2><${Journal} id=${idOf(route)} url=${urlOf(route)} feed=${feed} calls=${calls} rules=${rules} /></section>`;
}

function Matched({ id, found, rules }) {
  if (!found) return html`<p class="soft">${text.waitingForJournal}</p>`;
  const { kept } = found;
  return html`<p class="note">${text.rule}: <b>${ruleOf(kept)}</b>${kept.status === undefined ? "" : text.withStatus(kept.status)}</p>
    ${kept.rule === undefined && rules.length > 0 && html`<${Why} key=${found.id} id=${id} message=${found} kept=${kept} rules=${rules} />`}`;
}

async function reset(id, onDone) {
  if (!(await confirm({ title: text.resetTitle, detail: text.resetDetail, action: text.reset }))) return;
  try {
    await call(request("POST", ["routes", "reset"], { query: { id } }));
    say(text.resetDone);
    onDone();
  } catch (ex) {
    sayError(ex);
  }
}

async function removeRoute(route) {
  const name = nameOf(route);
  if (!(await confirm({ title: text.removeTitle(name), detail: text.removeDetail, action: text.remove, typed: name }))) return;
  try {
    await call(request("DELETE", ["routes"], { query: { id: idOf(route) } }));
    say(text.removed(name));
    leaveTo(to("routes"));
  } catch (ex) {
    sayError(ex);
  }
}
