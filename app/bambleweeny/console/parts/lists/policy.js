// The policy of a list: its rules, shown and changed.
import { text } from "../../en/lists.js";
import { to } from "../address.js";
import { call } from "../api.js";
import { confirm, Modal, say, sayError } from "../dialogs.js";
import { duration, number } from "../format.js";
import { Loaded, useReading } from "../loading.js";
import { request } from "../request.js";
import { SnippetBox } from "../snippet_box.js";
import { html, useEffect, useRef, useState } from "../ui.js";
import { shortest } from "../values.js";
import { countedLists, setPolicy } from "./calls.js";

const NUMBERS = ["max_attempts", "max_len"];
const DURATIONS = ["lease", "ttl"];
const NO_RULES = { lease: null, max_attempts: null, dead_letter: null, max_len: null, overflow: "reject", ttl: null, paused: false };

// Returns the policy of a list, or null if it has none.
export async function readPolicy(list, signal) {
  const [found] = (await call(countedLists({ prefix: list, limit: 1 }), { signal, isQuiet: true })).json().lists;
  return (found?.key === list && found.policy) || null;
}

// Pauses or resumes a list; its other rules stay.
export async function savePaused(list, paused) {
  await call(setPolicy(list, given({ ...NO_RULES, ...(await readPolicy(list)), paused })));
}

// The rules that a policy sets.
export function Rules({ policy }) {
  const { lease, max_attempts: attempts, dead_letter: graves, max_len: most, overflow, ttl } = policy;
  const rules = [
    lease !== null && [text.rules.lease, duration(lease)],
    attempts !== null && [text.rules.max_attempts, number(attempts)],
    graves !== null && [text.rules.dead_letter, html`<a href=${to("lists", graves)}>${graves}</a>`],
    most !== null && [text.rules.max_len, number(most)],
    most !== null && [text.rules.overflow, text.overflows[overflow]],
    ttl !== null && [text.rules.ttl, duration(ttl)],
  ].filter(Boolean);
  if (!rules.length) return null;
  return html`<section aria-label=${text.policy}><dl class="rules">${rules.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}

export function PolicyDialog({ list, onClose, onChanged }) {
  const reading = useReading(async (signal) => ({ policy: await readPolicy(list, signal) }), [list]);
  return html`<${Modal} title=${text.policyTitle(list)} onClose=${onClose} isWide>
    <${Loaded} reading=${reading}>${({ policy }) => html`<${Form} list=${list} policy=${policy} onClose=${onClose} onChanged=${onChanged} />`}</${Loaded}>
  </${Modal}>`;
}

function Form({ list, policy, onClose, onChanged }) {
  const [fields, setFields] = useState(() => written({ ...NO_RULES, ...policy }));
  const first = useRef();
  useEffect(() => first.current.querySelector("input").focus(), []);
  const [isBusy, setBusy] = useState(false);
  const asked = setPolicy(list, given(fields));
  const change = async (sent, sentence) => {
    setBusy(true);
    try {
      await call(sent);
      say(sentence);
      onChanged();
      onClose();
    } catch (ex) {
      sayError(ex);
      setBusy(false);
    }
  };
  const remove = async () => {
    const isSure = await confirm({ title: text.deletePolicyTitle(list), detail: text.deletePolicyDetail, action: text.deletePolicy });
    if (isSure) await change(request("DELETE", ["lists", list, "policy"]), text.policyDeleted);
  };
  const field = (name, type = "text") => html`<label>${text.rules[name]}<input name=${name} type=${type} min=${type === "number" ? 1 : undefined} autocomplete="off"
    placeholder=${text.ruleHints[name]} value=${fields[name] ?? ""} onInput=${(event) => setFields({ ...fields, [name]: event.target.value })} /></label>`;
  return html`<form ref=${first} onSubmit=${(event) => (event.preventDefault(), void change(asked, text.policySaved))}>
    <div class="fields">
      ${field("lease")} ${field("max_attempts", "number")} ${field("dead_letter")} ${field("max_len", "number")}
      <label>${text.rules.overflow}<select name="overflow" value=${fields.overflow} onChange=${(event) => setFields({ ...fields, overflow: event.target.value })}>
        ${Object.entries(text.overflows).map(([value, name]) => html`<option key=${value} value=${value}>${name}</option>`)}</select></label>
      ${field("ttl")}
      <label class="check"><input type="checkbox" name="paused" checked=${fields.paused} onChange=${(event) => setFields({ ...fields, paused: event.target.checked })} />${text.rules.paused}</label>
    </div>
    <${SnippetBox} request=${asked} />
    <footer>
      ${policy && html`<button type="button" class="danger" aria-disabled=${isBusy} onClick=${remove}>${text.deletePolicy}</button>`}
      <span class="grow"></span>
      <button type="button" onClick=${onClose}>${text.cancel}</button><button class="primary" aria-disabled=${isBusy}>${text.savePolicy}</button>
    </footer>
  </form>`;
}

// Returns a policy with durations as a user writes them: 2m for 120.
function written(policy) {
  const durations = DURATIONS.filter((name) => policy[name] !== null).map((name) => [name, shortest(policy[name])]);
  return { ...policy, ...Object.fromEntries(durations) };
}

// Returns the rules that are set, as the API takes them: an empty field is no rule.
function given(fields) {
  const set = Object.entries(fields)
    .map(([name, value]) => [name, typeof value === "string" ? value.trim() : value])
    .filter(([name, value]) => value !== null && value !== "" && value !== false && !(name === "overflow" && value === "reject"));
  return Object.fromEntries(set.map(([name, value]) => [name, NUMBERS.includes(name) ? Number(value) : asDuration(name, value)]));
}

// NOTE: a number without a unit is text in the form and an integer in a policy that was read; both are seconds.
const asDuration = (name, value) => (DURATIONS.includes(name) && /^\d+$/.test(value) ? Number(value) : value);
