// The fields of a user's limits.
import { text } from "../../en/users.js";
import { html } from "../ui.js";
import { LIMITS } from "./limits.js";

// `draft` has a text for each limit.
export function LimitFields({ draft, onDraft }) {
  return html`<div class="fields">${LIMITS.map((name) => html`<label key=${name}>${text.limitNames[name]}
    <input name=${name} value=${draft[name]} placeholder=${text.limitHints[name]} autocomplete="off" autocapitalize="none" spellcheck=${false}
      onInput=${(event) => onDraft({ ...draft, [name]: event.target.value })} /></label>`)}</div>`;
}
