// What stands in place of something that does not exist, or not for this user.
import { html, useTitle } from "./ui.js";

// `title` is its heading, and that of the window.
export function NoSuch({ title, sentence, children }) {
  useTitle(title);
  return html`<div class="contents"><h1>${title}</h1>${sentence && html`<p class="note">${sentence}</p>`}${children}</div>`;
}
