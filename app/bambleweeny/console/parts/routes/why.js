// Why no rule has matched a call: each rule is compared with the call in the journal.
import { text } from "../../en/routes.js";
import { call } from "../api.js";
import { sayError } from "../dialogs.js";
import { request } from "../request.js";
import { html, useState } from "../ui.js";

const MOST = 20;

// `message` is that of the call in the journal; `rules` are those of the document.
export function Why({ id, message, kept, rules }) {
  const [found, setFound] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const explain = async () => {
    setBusy(true);
    try {
      const all = [];
      for (const [index, rule] of rules.slice(0, MOST).entries()) all.push({ name: rule.name ?? text.ruleNumber(index + 1), failed: await failedOf(id, rule, message, kept) });
      setFound(all);
    } catch (ex) {
      sayError(ex);
    }
    setBusy(false);
  };
  if (!found) return html`<div><button type="button" class="small" aria-disabled=${isBusy} onClick=${() => void explain()}>${text.why}</button></div>`;
  return html`<dl class="facts why">${found.map(({ name, failed }, index) => html`<dt key=${index}>${name}</dt><dd>${failed ? (failed.length ? text.differs(failed.join(", ")) : text.keysDiffer) : text.notKnown}</dd>`)}</dl>
    ${rules.length > MOST && html`<p class="soft">${text.onlyFirst(MOST)}</p>`}`;
}

// Returns the conditions of a rule that a call does not meet, none if all but its keys are met, or null if that cannot be found out.
async function failedOf(id, { method, path, when = {} }, message, kept) {
  const { key: _, ...conditions } = when;
  const body = { json: { ...(method && { method }), ...(path && { path }), when: conditions } };
  try {
    await call(request("POST", ["routes", "verify"], { query: { id, since: before(message.id) }, body }), { isQuiet: true });
    return [];
  } catch (ex) {
    if (ex.code !== "not_as_called") throw ex;
    const same = ex.details.nearest.find(({ call: one }) => one.time === kept.time && one.method === kept.method && one.path === kept.path);
    return same?.failed ?? null;
  }
}

// Returns the largest id of a message before one.
function before(id) {
  const [ms, number] = id.split("-").map(Number);
  return number > 0 ? `${ms}-${number - 1}` : `${ms - 1}-999999999`;
}
