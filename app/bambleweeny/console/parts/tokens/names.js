// A field for a name or a prefix, with the names and prefixes that exist.
import { readJson } from "../api.js";
import { useReading } from "../loading.js";
import { request } from "../request.js";
import { session } from "../session.js";
import { html, useState } from "../ui.js";
import { mayList, NAME } from "./scopes.js";

const MOST = 50;
let lastId = 0;

// `noun` is keys, lists or topics; with `isPrefix` the prefixes come first.
export function NameField({ noun, isPrefix, label, hint, help = "", value, onValue, isLabelHidden = false }) {
  const base = value.slice(0, value.lastIndexOf(":") + 1);
  const found = useReading((signal) => namesOf(noun, base, isPrefix, signal), [noun, base, isPrefix]);
  const [id] = useState(() => `names-${++lastId}`);
  return html`<div class="field"><label><span class=${isLabelHidden ? "hidden" : undefined}>${label}</span>
    <input value=${value} list=${id} required pattern=${NAME.source.slice(1, -1)} placeholder=${hint} aria-describedby=${help ? `${id}-help` : undefined} autocomplete="off" autocapitalize="none" spellcheck=${false}
      onInput=${(event) => onValue(event.target.value)} />
    <datalist id=${id}>${(found.value ?? []).map((name) => html`<option key=${name} value=${name}></option>`)}</datalist></label>${help && html`<span class="soft" id=${`${id}-help`}>${help}</span>`}</div>`;
}

async function namesOf(noun, base, isPrefix, signal) {
  // NOTE: a token may give what it may not list.
  if ((base && !NAME.test(base)) || !mayList(session.value.scopes, noun, base)) return [];
  const query = { prefix: base, delimiter: ":", limit: MOST };
  const answer = await readJson(request("GET", [noun], { query }), signal);
  const names = answer[noun].map(({ key }) => key);
  return isPrefix ? answer.prefixes : [...names, ...answer.prefixes];
}
