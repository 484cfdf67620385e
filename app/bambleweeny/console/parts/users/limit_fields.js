// The fields of a user's limits.
import { text } from "../../en/users.js";
import { html } from "../ui.js";
import { LIMITS } from "./limits.js";

// `draft` has a text for each limit.
export function LimitFields({ draft, onDraft }) {
  return html`<div class="fields">${LIMITS.map((name) => html`<div class="field" key=${name}><label>${text.limitNames[name]}
    <input name=${name} value=${draft[name]} placeholder=${text.limitHints[name]} autocomplete="off" autocapitalize="none" spellcheck=${false} aria-describedby=${`about-${name}`}
      onInput=${(event) => onDraft({ ...draft, [name]: event.target.value })} /></label><span class="soft" id=${`about-${name}`}>${text.limitHelps[name]}</span></div>`)}</div>`;
}
