// The form of a token: name, expiry, rate and scopes, with a sentence about what it will allow.
import { text } from "../../en/tokens.js";
import { moment } from "../format.js";
import { useGuard } from "../leaving.js";
import { Problem } from "../loading.js";
import { session } from "../session.js";
import { useChord } from "../shortcuts.js";
import { fixedWhile, html, useEffect, useRef, useState, useValue } from "../ui.js";
import { NameField } from "./names.js";
import { ScopePicker } from "./picker.js";
import { fitsUrls, isComplete, mayGive, NAME, PRESETS, rowOf, scopeOf } from "./scopes.js";
import { endOf, sentenceOf } from "./sentence.js";

const SPANS = ["1h", "1d", "7d", "30d", "90d", "0", "own"];
const presetOf = (id) => PRESETS.find((one) => one.id === id);

// `token` is the one to change, if there is one; `first` are the first values of a new one. `onSend(fields)` gets what the API takes.
export function TokenForm({ token, first = {}, action, onSend, children }) {
  const { admin, scopes: own } = useValue(session);
  const [draft, setDraft] = useState(() => draftOf(token, first));
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const form = useRef();
  const begun = useRef(JSON.stringify(draft));
  useGuard(JSON.stringify(draft) !== begun.current);
  const set = (changes) => setDraft((last) => ({ ...last, ...changes }));
  const scopes = scopesOf(draft, admin);
  const fields = scopes && fieldsOf(draft, scopes, token);
  useChord("s", () => form.current.requestSubmit());
  useEffect(() => {
    if (!token) form.current.querySelector(first.name ? ".asked input" : "input")?.focus();
  }, []);
  const submit = async (event) => {
    event.preventDefault();
    if (isBusy || !fields || !Object.keys(fields).length) return;
    setBusy(true);
    setError(null);
    try {
      await onSend(fields);
    } catch (ex) {
      setError(ex);
    } finally {
      setBusy(false);
    }
  };
  const choosePreset = (id) => set({ preset: id, rows: id === "own" ? (scopes ?? ["keys:read"]).map(rowOf) : draft.rows });
  return html`<form ...${fixedWhile(isBusy)} ref=${form} class="token-form" onSubmit=${submit}>
    <div class="fields">
      <div class="field"><label>${text.name}<input value=${draft.name} required maxlength="64" autocomplete="off" placeholder=${text.nameHint} aria-describedby="about-name" onInput=${(event) => set({ name: event.target.value })} /></label><span class="soft" id="about-name">${text.nameHelp}</span></div>
      <${Expiry} draft=${draft} token=${token} set=${set} />
      <div class="field"><label>${text.rate}<input value=${draft.rate} autocomplete="off" placeholder=${text.rateHint} pattern="[0-9]+/[smhd]" title=${text.rateHelp} aria-describedby="about-rate" onInput=${(event) => set({ rate: event.target.value })} /></label><span class="soft" id="about-rate">${text.rateHelp}</span></div>
    </div>
    ${!token && html`<${Preset} draft=${draft} own=${own} admin=${admin} onPreset=${choosePreset} set=${set} />`}
    ${draft.preset === "own" && html`<${ScopePicker} rows=${draft.rows} onRows=${(rows) => set({ rows })} />`}
    <${Preview} scopes=${scopes} missing=${missingIn(draft)} expires=${draft.span === "" ? token.expires : endOf(ttlOf(draft))} rate=${draft.rate} />
    ${error && html`<${Problem} error=${error} />`}
    <footer>${children}<button class="primary" disabled=${isBusy || !fields || !Object.keys(fields).length}>${action}</button></footer>
  </form>`;
}

function Expiry({ draft, token, set }) {
  return html`<label>${text.expires}<select value=${draft.span} onChange=${(event) => set({ span: event.target.value })}>
      ${token && html`<option value="" selected=${draft.span === ""}>${text.unchanged(token.expires && moment(token.expires))}</option>`}
      ${SPANS.map((span) => html`<option key=${span} value=${span} selected=${span === draft.span}>${text.spans[span]}</option>`)}
    </select></label>
    ${draft.span === "own" && html`<div class="field"><label>${text.ownSpan}<input value=${draft.ownSpan} required pattern="[0-9]{1,9}[smhd]?" placeholder=${text.ownSpanHint} title=${text.ownSpanHelp} aria-describedby="about-span" onInput=${(event) => set({ ownSpan: event.target.value })} /></label><span class="soft" id="about-span">${text.ownSpanHelp}</span></div>`}`;
}

function Preset({ draft, own, admin, onPreset, set }) {
  const chosen = presetOf(draft.preset);
  const offered = PRESETS.filter(({ scopes }) => scopes("", admin).map(rowOf).every(({ noun, verb }) => mayGive(own, noun, verb)));
  const asked = chosen?.isPrefix ? "prefix" : chosen?.asks;
  return html`<div class="fields">
    <label>${text.preset}<select value=${draft.preset} onChange=${(event) => onPreset(event.target.value)}>
      ${[...offered.map(({ id }) => id), "own"].map((id) => html`<option key=${id} value=${id} selected=${id === draft.preset}>${text.presets[id]}</option>`)}</select></label>
    ${asked && html`<div class="asked"><${NameField} key=${asked} noun=${chosen.asks} isPrefix=${chosen.isPrefix} label=${text.asks[asked]} hint=${text.asksHint[asked]} help=${text.asksHelp[asked]} value=${draft.subject} onValue=${(subject) => set({ subject })} /></div>`}
  </div>`;
}

function Preview({ scopes, missing, expires, rate }) {
  return html`<div class="note" aria-live="polite">${scopes ? html`<strong>${text.allows}</strong> ${sentenceOf({ scopes, expires, rate })}` : missing}
    ${scopes && html`<div class="soft mono">${scopes.join(" ")}</div>`}
    ${scopes && fitsUrls(scopes) && html`<div class="soft">${text.inUrls}</div>`}</div>`;
}

function draftOf(token, { preset = "read", subject = "", name = "", span = "30d" }) {
  if (token) return { name: token.name, span: "", ownSpan: "", rate: token.rate ?? "", preset: "own", subject: "", rows: token.scopes.map(rowOf) };
  return { name, span, ownSpan: "", rate: "", preset: presetOf(preset) ? preset : "own", subject, rows: [rowOf("keys:read")] };
}

const ttlOf = ({ span, ownSpan }) => (span === "own" ? ownSpan : span);

// Returns the scopes of a draft, or undefined while it is not complete.
function scopesOf({ preset, subject, rows }, isAdmin) {
  const found = presetOf(preset);
  if (!found) return rows.every(isComplete) ? [...new Set(rows.map(scopeOf))] : undefined;
  return !found.asks || NAME.test(subject) ? found.scopes(subject, isAdmin) : undefined;
}

// Returns what a draft without scopes lacks, as a sentence.
function missingIn({ preset, subject }) {
  const found = presetOf(preset);
  if (!found?.asks) return text.incomplete.own;
  return subject ? text.incomplete.wrong : text.incomplete[found.isPrefix ? "prefix" : found.asks][preset];
}

// Returns what a new token is made of, or what has changed of one.
function fieldsOf(draft, scopes, token) {
  const name = draft.name.trim();
  const ttl = ttlOf(draft);
  if (!token) return { name, scopes, ...(ttl !== "0" && { ttl }), ...(draft.rate && { rate: draft.rate }) };
  return {
    ...(name !== token.name && { name }),
    ...(scopes.join(" ") !== token.scopes.join(" ") && { scopes }),
    ...(draft.span !== "" && { ttl }),
    ...(draft.rate !== (token.rate ?? "") && { rate: draft.rate || "0" }),
  };
}
