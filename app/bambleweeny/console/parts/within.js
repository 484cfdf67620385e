// A page of names for a token that may read only some: it begins with the first prefix, and links to the rest.
import { text } from "../en/shell.js";
import { to } from "./address.js";
import { NoSuch } from "./no_such.js";
import { mayDo, session } from "./session.js";
import { readable } from "./tokens/scopes.js";
import { html } from "./ui.js";
import { nameProblem, prefixProblem } from "./values.js";

// `children(prefix)` is the page with the names that begin so; `noun` is its name, too.
export function Within({ noun, title, prefix, children }) {
  const problem = prefixProblem(prefix);
  if (problem) return html`<${NoSuch} title=${title}><p class="problem">${problem}</p><p><a href=${to(noun)}>${text.allNames}</a></p></${NoSuch}>`;
  if (mayDo(noun, "read", `${prefix}*`)) return html`<div class="contents"><${Others} noun=${noun} />${children(prefix)}</div>`;
  const { prefixes } = readable(session.value.scopes, noun);
  return html`<div class="contents"><${Others} noun=${noun} />
    ${prefixes.length ? children(prefix || prefixes[0]) : html`<h1>${title}</h1>`}</div>`;
}

// The page of a word that is no name.
export const WrongName = ({ name }) => html`<${NoSuch} title=${name}><p class="problem">${nameProblem(name)}</p></${NoSuch}>`;

// What the token may read of a noun, unless that is all.
export function Others({ noun }) {
  const { scopes } = session.value;
  if (!scopes || mayDo(noun, "read", "*")) return null;
  const { prefixes, names } = readable(scopes, noun);
  return html`<p class="bar note">${text.mayUse} ${links(noun, prefixes, names)}</p>`;
}

// The links to the keys, lists and topics that a token may read.
export function Readable({ noun, title }) {
  const { prefixes, names } = readable(session.value.scopes, noun);
  return prefixes.length + names.length > 0 && html`<p class="bar">${title}: ${links(noun, prefixes, names)}</p>`;
}

function links(noun, prefixes, names) {
  const all = [...prefixes.map((prefix) => [`${prefix}*`, to(noun, [], { prefix })]), ...names.map((name) => [name, to(noun, name)])];
  return all.map(([name, href]) => html`<span key=${name}><a class="mono" href=${href}>${name}</a> <span class="soft">(${mayDo(noun, "write", name) ? text.readAndWrite : text.read})</span></span>`);
}
