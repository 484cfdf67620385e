// The form of a new sandbox: its name, its end, and what it begins with.
import { text } from "../../en/sandboxes.js";
import { to } from "../address.js";
import { API_URL, call } from "../api.js";
import { BodyInput, sentBody } from "../body_input.js";
import { useGuard } from "../leaving.js";
import { Problem } from "../loading.js";
import { request } from "../request.js";
import { acting, mayDoAll } from "../session.js";
import { useChord } from "../shortcuts.js";
import { Lines, SnippetBox } from "../snippet_box.js";
import { FILE, snippetsOf } from "../snippets.js";
import { fixedWhile, html, useEffect, useRef, useState } from "../ui.js";
import { creation, sourcesOf, SPAN, SPANS } from "./calls.js";

const EXPORT = request("GET", ["export"]);

// `rows` are the sandboxes that can be copied, `from` is the one to copy at first; `onMade(made)` gets the answer of the API.
export function NewSandbox({ rows, from, onMade }) {
  const [draft, setDraft] = useState({ name: "", span: "1h", ownSpan: "", way: from ? "copy" : "empty", lines: "", from: from ?? rows[0]?.id });
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const [form, begun] = [useRef(), useRef(JSON.stringify(draft))];
  const { name, span, ownSpan, way, lines } = draft;
  useGuard(JSON.stringify(draft) !== begun.current);
  useChord("s", () => form.current.requestSubmit());
  useEffect(() => form.current.querySelector("input").focus(), []);
  const set = (field) => (event) => setDraft({ ...draft, [field]: event.target.value });
  const fields = { name: name.trim(), ttl: span === "own" ? ownSpan : span, from: way === "copy" ? draft.from : undefined };
  const asked = creation(fields, way === "lines" ? sentBody(lines) : undefined);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const sent = way === "mine" ? creation(fields, (await call(EXPORT)).bytes) : asked;
      onMade((await call(sent)).json());
    } catch (ex) {
      setError(ex);
      setBusy(false);
    }
  };
  return html`<section class="card" aria-labelledby="new-title"><h2 id="new-title">${text.add}</h2><form ...${fixedWhile(isBusy)} ref=${form} class="token-form" onSubmit=${submit}>
    <div class="fields">
      <div class="field"><label>${text.name}<input name="sandbox" value=${name} maxlength="64" autocomplete="off" placeholder=${text.nameHint} aria-describedby="about-name" onInput=${set("name")} /></label><span class="soft" id="about-name">${text.nameHelp}</span></div>
      <${Span} label=${text.ttl} span=${span} own=${ownSpan} onSpan=${set("span")} onOwn=${set("ownSpan")} />
    </div>
    <${Ways} way=${way} hasCopies=${rows.length > 0} onWay=${set("way")} />
    ${way === "lines" && html`<div class="stack"><${BodyInput} label=${text.lines} value=${lines} isFirst=${false} onChange=${(value) => setDraft((last) => ({ ...last, lines: value }))} />
      <p class="soft">${text.linesHelp} <code>${text.example}</code></p></div>`}
    ${way === "copy" && html`<label>${text.source}<select name="from" value=${draft.from} onChange=${set("from")}>
      ${sourcesOf(rows).map((one) => html`<option key=${one.from} value=${one.from} selected=${one.from === draft.from}>${text.sourceOf(one)}</option>`)}</select></label>`}
    ${error && html`<${Problem} error=${error} />`}
    ${way === "mine" ? html`<${Lines} sentence=${text.piped} lines=${piped(fields)} />` : html`<${SnippetBox} request=${asked} />`}
    <footer><a class="button" href=${to("sandboxes")}>${text.cancel}</a><button class="primary" aria-disabled=${isBusy}>${text.make}</button></footer>
  </form></section>`;
}

// How long it lives: one of the usual times, or one that is typed.
export function Span({ label, kind, span, own, onSpan, onOwn }) {
  return html`<div class="contents"><label class=${kind}>${label} <select name="span" value=${span} onChange=${onSpan}>
      ${[...SPANS, "own"].map((one) => html`<option key=${one} value=${one} selected=${one === span}>${text.spans[one]}</option>`)}</select></label>
    ${span === "own" && html`<div class="field"><label>${text.ownTtl}<input name="own-span" value=${own} required pattern=${SPAN} placeholder=${text.ownTtlHint} title=${text.ownTtlHelp} aria-describedby="about-span" onInput=${onOwn} /></label><span class="soft" id="about-span">${text.ownTtlHelp}</span></div>`}</div>`;
}

function Ways({ way, hasCopies, onWay }) {
  const isOffered = { empty: true, lines: true, mine: mayDoAll("read"), copy: hasCopies };
  const shown = { ...text.ways, ...(acting.value && text.waysOfUser) };
  return html`<fieldset><legend>${text.way}</legend>${Object.keys(shown).filter((one) => isOffered[one]).map((one) => html`<label key=${one} class="check">
    <input type="radio" name="way" value=${one} checked=${one === way} onChange=${onWay} /> ${shown[one]}</label>`)}</fieldset>`;
}

// Returns the commands that send an export as the seed.
function piped(fields) {
  const { curl } = snippetsOf(creation(fields, new Blob()), API_URL);
  return `${snippetsOf(EXPORT, API_URL).curl} |\n${curl.replace(`@${FILE}`, "@-")}`;
}
