// Scopes by picking: noun, verb, and a name or prefix.
import { text } from "../../en/tokens.js";
import { session } from "../session.js";
import { html, useRef, useValue } from "../ui.js";
import { NameField } from "./names.js";
import { MOST_SCOPES, nounsFor, NOUNS, scopeOf } from "./scopes.js";

// `rows` are `{ noun, verb, kind, name }`; `onRows` gets the changed ones.
export function ScopePicker({ rows, onRows }) {
  const nouns = nounsFor(useValue(session));
  const last = useRef(0);
  const ids = useRef(new WeakMap());
  const idOf = (row) => ids.current.get(row) ?? ids.current.set(row, ++last.current).get(row);
  const change = (at, changes) => {
    const row = { ...rows[at], ...changes };
    ids.current.set(row, idOf(rows[at]));
    onRows(rows.map((one, index) => (index === at ? row : one)));
  };
  const [{ noun, verbs }] = nouns;
  const added = { noun, verb: verbs[0] ?? "", kind: NOUNS[noun].takesNames ? "prefix" : "all", name: "" };
  return html`<fieldset class="scopes"><legend>${text.scopes}</legend>
    ${rows.map((row, at) => html`<${Row} key=${idOf(row)} row=${row} nouns=${nouns} onChange=${(changes) => change(at, changes)}
      onRemove=${rows.length > 1 && (() => onRows(rows.filter((_, index) => index !== at)))} />`)}
    <div><button type="button" class="small" disabled=${rows.length >= MOST_SCOPES} onClick=${() => onRows([...rows, added])}>${text.addScope}</button></div>
  </fieldset>`;
}

function Row({ row, nouns, onChange, onRemove }) {
  const { noun, verb, kind, name } = row;
  const verbs = nouns.find((one) => one.noun === noun)?.verbs ?? [verb];
  const { takesNames } = NOUNS[noun];
  const toNoun = (chosen) => {
    const offered = nouns.find((one) => one.noun === chosen).verbs;
    const isNamed = NOUNS[chosen].takesNames;
    onChange({ noun: chosen, verb: offered.includes(verb) ? verb : (offered[0] ?? ""), kind: chosen === "act" ? "name" : isNamed ? (takesNames ? kind : "prefix") : "all", name: isNamed && takesNames ? name : "" });
  };
  const offered = nouns.some((one) => one.noun === noun) ? nouns : [{ noun, verbs }, ...nouns];
  return html`<div class="scope">
    <${Choice} label=${text.pickNoun} value=${noun} options=${offered.map((one) => [one.noun, text.nouns[one.noun]])} onValue=${toNoun} />
    ${noun !== "act" && html`<${Choice} label=${text.pickVerb} value=${verb} options=${(verbs.includes(verb) ? verbs : [verb, ...verbs]).map((one) => [one, one])} onValue=${(chosen) => onChange({ verb: chosen })} />`}
    ${takesNames && html`<${Choice} label=${text.pickKind} value=${kind} options=${Object.entries(text.kinds)} onValue=${(chosen) => onChange({ kind: chosen })} />`}
    ${takesNames && kind !== "all" && html`<div class="grow"><${NameField} noun=${noun} isPrefix=${kind === "prefix"} label=${text.pickName} isLabelHidden value=${name} onValue=${(typed) => onChange({ name: typed })} /></div>`}
    ${noun === "act" && html`<div class="grow"><label><span class="hidden">${text.userId}</span><input value=${name} required inputmode="numeric" pattern="[0-9]{1,18}" placeholder=${text.userId} onInput=${(event) => onChange({ name: event.target.value })} /></label></div>`}
    ${onRemove && html`<button type="button" class="quiet" aria-label=${text.removeScope(scopeOf(row))} onClick=${onRemove}>✕</button>`}
  </div>`;
}

// A select with a label for screen readers; `options` are pairs of value and text.
function Choice({ label, value, options, onValue }) {
  return html`<label><span class="hidden">${label}</span><select value=${value} onChange=${(event) => onValue(event.target.value)}>
    ${options.map(([one, shown]) => html`<option key=${one} value=${one} selected=${one === value}>${shown}</option>`)}</select></label>`;
}
