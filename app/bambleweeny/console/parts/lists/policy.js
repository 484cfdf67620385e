// The policy of a list: its rules, shown and changed.
import { text } from "../../en/lists.js";
import { to } from "../address.js";
import { call, readJson } from "../api.js";
import { confirm, Modal, say, sayError } from "../dialogs.js";
import { duration, number } from "../format.js";
import { Loaded, useReading } from "../loading.js";
import { request } from "../request.js";
import { SnippetBox } from "../snippet_box.js";
import { fixedWhile, html, useEffect, useRef, useState } from "../ui.js";
import { countedLists, setPolicy } from "./calls.js";
import { combined, given, NO_RULES, taken, written } from "./rules.js";

// Returns the policy of a list, or null if it has none.
export async function readPolicy(list, signal) {
  const [found] = (await readJson(countedLists({ prefix: list, limit: 1 }), signal)).lists;
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
  const [base, setBase] = useState(() => written(policy));
  const [fields, setFields] = useState(base);
  const [conflict, setConflict] = useState(null);
  const first = useRef();
  useEffect(() => first.current.querySelector("input").focus(), []);
  const [isBusy, setBusy] = useState(false);
  const asked = setPolicy(list, given(fields));
  const change = async (requestNow, sentence) => {
    setBusy(true);
    try {
      const sent = await requestNow();
      if (!sent) return setBusy(false);
      await call(sent);
      say(sentence);
      onChanged();
      onClose();
    } catch (ex) {
      sayError(ex);
      setBusy(false);
    }
    return undefined;
  };
  // NOTE: a policy is written as a whole, so what others have changed since it was shown is read first.
  const save = (mine, since) => change(async () => {
    const newest = written(await readPolicy(list));
    const found = combined(since, mine, newest);
    setConflict(found.conflicts.length ? { newest, ...found } : null);
    return found.conflicts.length ? null : setPolicy(list, given(found.fields));
  }, text.policySaved);
  const settle = ({ newest, fields: mine, conflicts }, isMine) => {
    const next = isMine ? mine : { ...mine, ...taken(newest, conflicts) };
    setBase(newest);
    setFields(next);
    setConflict(null);
    if (isMine) void save(next, newest);
  };
  const remove = async () => {
    const isSure = await confirm({ title: text.deletePolicyTitle(list), detail: text.deletePolicyDetail, action: text.deletePolicy });
    if (isSure) await change(() => request("DELETE", ["lists", list, "policy"]), text.policyDeleted);
  };
  // NOTE: a field of the type number would drop a sign or a comma without a word.
  const whole = { inputmode: "numeric", pattern: "[1-9][0-9]*", title: text.wholeNumber };
  const field = (name, more = {}) => html`<label>${text.rules[name]}<input name=${name} ...${more} autocomplete="off"
    placeholder=${text.ruleHints[name]} value=${fields[name] ?? ""} onInput=${(event) => setFields({ ...fields, [name]: event.target.value })} /></label>`;
  return html`<form ...${fixedWhile(isBusy)} ref=${first} onSubmit=${(event) => (event.preventDefault(), isBusy || void save(fields, base))}>
    <div class="fields">
      ${field("lease")} ${field("max_attempts", whole)} ${field("dead_letter")} ${field("max_len", whole)}
      <label>${text.rules.overflow}<select name="overflow" value=${fields.overflow} onChange=${(event) => setFields({ ...fields, overflow: event.target.value })}>
        ${Object.entries(text.overflows).map(([value, name]) => html`<option key=${value} value=${value}>${name}</option>`)}</select></label>
      ${field("ttl")}
      <label class="check"><input type="checkbox" name="paused" checked=${fields.paused} onChange=${(event) => setFields({ ...fields, paused: event.target.checked })} />${text.rules.paused}</label>
    </div>
    ${conflict && html`<${Conflict} conflict=${conflict} onSettle=${(isMine) => settle(conflict, isMine)} />`}
    <${SnippetBox} request=${asked} />
    <footer>
      ${policy && html`<button type="button" class="danger" aria-disabled=${isBusy} onClick=${remove}>${text.deletePolicy}</button>`}
      <span class="grow"></span>
      <button type="button" onClick=${onClose}>${text.cancel}</button><button class="primary" aria-disabled=${isBusy}>${text.savePolicy}</button>
    </footer>
  </form>`;
}

// The rules that the user and somebody else have set to different values.
function Conflict({ conflict: { newest, fields, conflicts }, onSettle }) {
  const shown = (value) => (value === null || value === "" ? text.noRule : typeof value === "boolean" ? text.yesNo[value] : (text.overflows[value] ?? value));
  return html`<section class="problem" role="alert"><p>${text.policyChanged}</p>
    <dl class="facts">${conflicts.map((name) => html`<div key=${name} class="contents"><dt>${text.rules[name]}</dt><dd>${text.mineAndTheirs(shown(fields[name]), shown(newest[name]))}</dd></div>`)}</dl>
    <div class="bar"><button type="button" onClick=${() => onSettle(true)}>${text.keepMine}</button><button type="button" onClick=${() => onSettle(false)}>${text.takeTheirs}</button></div></section>`;
}
