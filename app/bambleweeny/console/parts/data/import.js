// An import: a file, what it would do, and the import itself.
import { text } from "../../en/data.js";
import { call } from "../api.js";
import { confirm, say, sayError } from "../dialogs.js";
import { bytes, number } from "../format.js";
import { Loaded, useReading } from "../loading.js";
import { word } from "../quoting.js";
import { request } from "../request.js";
import { ownerName } from "../session.js";
import { CopyButton, SnippetBox } from "../snippet_box.js";
import { html, useState } from "../ui.js";
import { DropZone } from "../files.js";

const MODES = ["merge", "skip", "replace"];
// NOTE: of what is no text, a snippet reads a file.
const IN_A_FILE = Uint8Array.of(255);
const BODY_TOO_LARGE = "body_too_large";

// Returns the call that imports lines; in a dry run nothing changes.
const importing = (lines, mode, isDry) =>
  request("POST", ["import"], { query: { mode, dry_run: isDry ? 1 : undefined }, body: lines, type: "application/x-ndjson" });

export function Import() {
  const [file, setFile] = useState(null);
  const choose = async (chosen) => setFile({ name: chosen.name, lines: new Uint8Array(await chosen.arrayBuffer()) });
  return html`<section class="stack"><h2>${text.importTitle}</h2><p>${text.importAbout}</p>
    ${file ? html`<${Planned} key=${file.name} file=${file} onDone=${() => setFile(null)} />` : html`<${DropZone} label=${text.drop} onFile=${choose} />`}
  </section>`;
}

function Planned({ file, onDone }) {
  const [mode, setMode] = useState("merge");
  const reading = useReading(async (signal) => (await call(importing(file.lines, mode, true), { signal })).json(), [mode]);
  const isTooLarge = reading.error?.code === BODY_TOO_LARGE;
  return html`<div class="stack">
    <div class="bar"><span class="grow">${text.file(file.name, bytes(file.lines.length))}</span><button type="button" onClick=${onDone}>${text.another}</button></div>
    ${isTooLarge ? html`<${TooLarge} name=${file.name} />` : html`
      <${Modes} mode=${mode} onMode=${setMode} />
      <${Loaded} reading=${reading}>${(found) => html`
        <${Plan} mode=${mode} plan=${found.plan} />
        ${!found.plan.error && nounsIn(found.plan).length > 0 && html`<${Run} file=${file} mode=${mode} plan=${found.plan} onDone=${onDone} />`}`}</${Loaded}>
      <${SnippetBox} request=${importing(IN_A_FILE, mode, false)} file=${file.name} />`}
  </div>`;
}

function Modes({ mode, onMode }) {
  return html`<fieldset><legend>${text.mode}</legend>${MODES.map((name) => html`<label class="check" key=${name}>
    <input type="radio" name="mode" checked=${name === mode} onChange=${() => onMode(name)} />${text.modes[name]}</label>`)}</fieldset>`;
}

function Plan({ mode, plan }) {
  const rows = nounsIn(plan);
  if (!rows.length) return plan.error ? html`<${PlanError} error=${plan.error} />` : html`<p class="note">${text.emptyFile}</p>`;
  return html`<div class="stack"><h3>${text.planTitle}</h3>
    <div class="plain" tabindex="0"><table aria-label=${text.planTitle}>
      <thead><tr><th scope="col">${text.noun}</th>${["new", "replaced", "skipped"].map((name) => html`<th scope="col" class="number" key=${name}>${text[name]}</th>`)}</tr></thead>
      <tbody>${rows.map((noun) => html`<tr class="row" key=${noun}><th scope="row">${text.nouns[noun]}</th>
        ${["new", "replaced", "skipped"].map((name) => html`<td class="number" key=${name}>${isAdded(noun, name, plan) ? text.addedTo(plan[noun][name]) : number(plan[noun][name])}</td>`)}</tr>`)}</tbody>
    </table></div>
    ${rows.filter((noun) => plan[noun].skipped).map((noun) => html`<p key=${noun}>${text.why(plan[noun].skipped, noun, text.skips[mode === "skip" ? "skip" : "add"][noun])}</p>`)}
    ${listed(plan.deleted) && html`<p>${text.deleted(listed(plan.deleted))}</p>`}
    <p>${mode === "replace" ? text.newSize(bytes(plan.bytes)) : plan.bytes < 0 ? text.shrinking(bytes(-plan.bytes)) : text.growth(bytes(plan.bytes))}</p>
    ${plan.error && html`<${PlanError} error=${plan.error} />`}
  </div>`;
}

const nounsIn = (plan) => Object.keys(text.nouns).filter((noun) => Object.values(plan[noun]).some(Boolean));

// NOTE: of some errors the sentence names the line already.
function PlanError({ error: { index, info, hint } }) {
  const isNamed = index === undefined || info.startsWith("Line ");
  return html`<div class="problem" role="alert"><p>${isNamed ? "" : text.line(number(index + 1))}${info}</p>${hint && html`<p>${hint}</p>`}</div>`;
}

function Run({ file, mode, plan, onDone }) {
  const [isBusy, setBusy] = useState(false);
  const isReplacing = mode === "replace";
  const run = async () => {
    const owner = ownerName();
    const detail = text.replaceDetail(owner, listed(plan.deleted) || text.nothing);
    if (isReplacing && !(await confirm({ title: text.replaceTitle, detail, action: text.runReplace, typed: owner }))) return;
    setBusy(true);
    try {
      const done = (await call(importing(file.lines, mode, false))).json();
      say(text.done(done.keys, done.items, done.messages));
      onDone();
    } catch (ex) {
      sayError(ex);
      setBusy(false);
    }
  };
  return html`<div><button type="button" class=${isReplacing ? "danger" : "primary"} aria-disabled=${isBusy} onClick=${run}>${isReplacing ? text.runReplace : text.run}</button></div>`;
}

function TooLarge({ name }) {
  const line = `bambleweeny import ${word(name)}`;
  return html`<div class="note"><p>${text.tooLarge}</p><div class="bar"><code>${line}</code><${CopyButton} value=${line} /></div></div>`;
}

const listed = (counts) => Object.entries(counts ?? {}).filter(([, count]) => count).map(([noun, count]) => text.counted(count, noun)).join(", ");
// NOTE: of a list or topic that exists, the server counts as replaced that the import changes it: what it has stays.
const isAdded = (noun, name, plan) => name === "replaced" && (noun === "lists" || noun === "topics") && plan[noun].replaced > 0;
