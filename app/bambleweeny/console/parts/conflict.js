// Two changes of one text: what each did, how they are merged, and which to keep.
import { text } from "../en/conflict.js";
import { Modal } from "./dialogs.js";
import { differences } from "./merge.js";
import { mergeOf } from "./merging.js";
import { html, useMemo, useState } from "./ui.js";

const AROUND = 3;
const MOST_ROWS = 2000;
const MOST_PLACES = 50;
const MOST_SHOWN = 300;

// `sides` are those of `mergeOf`; `onMerge(text)` gets what is merged, and `canKeep` and `canMerge` are whether that may be saved.
export function ConflictDialog({ name, sides, canKeep = true, canMerge = true, onClose, onKeep, onTake, onMerge }) {
  const [choices, setChoices] = useState([]);
  const { overlaps } = useMemo(() => (canMerge ? mergeOf(sides) : { overlaps: [] }), [sides, canMerge]);
  const about = !canMerge ? text.noMerge : overlaps.length ? text.overlapping(overlaps.length) : text.apart;
  const choose = (at, side) => setChoices((last) => overlaps.map((_, one) => (one === at ? side : last[one])));
  return html`<${Modal} title=${text.title(name)} onClose=${onClose} isWide>
    <div class="stack column">
      <p>${about}</p>
      ${overlaps.slice(0, MOST_PLACES).map((overlap, at) => html`<${Overlap} key=${at} at=${at} overlap=${overlap} side=${choices[at] ?? "mine"} onChoose=${(side) => choose(at, side)} />`)}
      ${overlaps.length > MOST_PLACES && html`<p class="soft">${text.rest(overlaps.length - MOST_PLACES)}</p>`}
      <${Compared} title=${text.theirs} before=${sides.base} after=${sides.theirs} />
      <${Compared} title=${text.mine} before=${sides.base} after=${sides.mine} />
      <details><summary>${text.base}</summary><pre class="code" tabindex="0">${sides.base}</pre></details>
      <footer>
        <button type="button" onClick=${onClose}>${text.goOn}</button>
        <button type="button" onClick=${onTake}>${text.takeTheirs}</button>
        <button type="button" disabled=${!canKeep} autofocus=${!canMerge} onClick=${onKeep}>${text.keepMine}</button>
        ${canMerge && html`<button type="button" class="primary" autofocus=${!overlaps.length} onClick=${() => onMerge(mergeOf(sides, choices).text)}>${text.mergeBoth}</button>`}
      </footer>
    </div>
  </${Modal}>`;
}

function Overlap({ at, overlap, side, onChoose }) {
  const shown = (value) => (value === undefined || value === "" ? html`<em>${text.removed}</em>` : html`<code>${value.slice(0, MOST_SHOWN)}${value.length > MOST_SHOWN ? "…" : ""}</code>`);
  return html`<fieldset class="overlap"><legend>${overlap.path || text.place(at + 1)}</legend>${["mine", "theirs"].map((name) => html`<label class="check" key=${name}>
    <input type="radio" name=${`overlap-${at}`} checked=${name === side} autofocus=${at === 0 && name === side} onChange=${() => onChoose(name)} /><span>${text.sides[name]}: ${shown(overlap[name])}</span></label>`)}</fieldset>`;
}

// The differences of two texts, with some lines around each.
function Compared({ title, before, after }) {
  const rows = useMemo(() => near(differences(before, after)), [before, after]);
  return html`<section class="stack compared"><h3>${title}</h3>
    ${rows.length
      ? html`<pre tabindex="0">${rows.map(({ kind, text: line }) => html`<span class=${`line ${kind}`}>${`${MARKS[kind]} ${line}`}</span>`)}</pre>`
      : html`<p class="soft">${text.same}</p>`}
  </section>`;
}

const MARKS = { same: " ", added: "+", removed: "-", gap: "…" };

function near(rows) {
  const kept = new Set();
  rows.forEach(({ kind }, at) => {
    if (kind !== "same") for (let one = at - AROUND; one <= at + AROUND; one++) kept.add(one);
  });
  const shown = [];
  rows.forEach((row, at) => {
    if (kept.has(at)) shown.push(row);
    else if (kept.has(at + 1)) shown.push({ kind: "gap", text: "" });
  });
  return shown.length > MOST_ROWS ? [...shown.slice(0, MOST_ROWS), { kind: "gap", text: "" }] : shown;
}
