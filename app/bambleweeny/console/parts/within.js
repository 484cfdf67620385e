// A page of names for a token that may read only some: it begins with the first prefix, and links to the rest.
import { text } from "../en/shell.js";
import { to } from "./address.js";
import { mayDo, session } from "./session.js";
import { readable } from "./tokens/scopes.js";
import { html } from "./ui.js";

// `children(prefix)` is the page with the names that begin so; `noun` is its name, too.
export function Within({ noun, title, prefix, children }) {
  if (mayDo(noun, "read", `${prefix}*`)) return html`<div class="contents"><${Others} noun=${noun} />${children(prefix)}</div>`;
  const { prefixes } = readable(session.value.scopes, noun);
  return html`<div class="contents"><${Others} noun=${noun} />
    ${prefixes.length ? children(prefix || prefixes[0]) : html`<h1>${title}</h1>`}</div>`;
}

// What the token may read of a noun, unless that is all.
export function Others({ noun }) {
  const { scopes } = session.value;
  if (!scopes || mayDo(noun, "read", "*")) return null;
  const { prefixes, names } = readable(scopes, noun);
  return html`<p class="bar note">${text.mayRead}
    ${prefixes.map((prefix) => html`<a key=${`${prefix}*`} class="mono" href=${to(noun, [], { prefix })}>${prefix}*</a>`)}
    ${names.map((name) => html`<a key=${name} class="mono" href=${to(noun, name)}>${name}</a>`)}</p>`;
}
