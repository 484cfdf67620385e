// Names and values, such as headers or the fields of a form, as a table.
import { text } from "../../en/public.js";
import { html } from "../ui.js";

const MOST_OPEN = 8;

// A long table is closed until it is opened.
export const PairsTable = ({ label, pairs }) =>
  pairs.length > MOST_OPEN ? html`<details><summary>${text.rows(pairs.length)}</summary><${Table} label=${label} pairs=${pairs} /></details>` : html`<${Table} label=${label} pairs=${pairs} />`;

const Table = ({ label, pairs }) =>
  html`<div class="plain pairs"><table aria-label=${label}><colgroup><col class="names" /><col /></colgroup><thead class="hidden"><tr><th scope="col">${text.name}</th><th scope="col">${text.value}</th></tr></thead>
    <tbody>${pairs.map(([name, value], index) => html`<tr class="row" key=${index}><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table></div>`;
