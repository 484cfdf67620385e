// What fails while it is drawn takes nothing else with it.
import { text } from "../en/shell.js";
import { html, useErrorBoundary } from "./ui.js";

// Shows the children; a sentence and a button in their place if they could not be drawn.
export function Boundary({ children }) {
  const [error, retry] = useErrorBoundary();
  if (!error) return html`<div class="contents">${children}</div>`;
  return html`<div class="problem" role="alert"><p>${text.partFailed}</p><button type="button" onClick=${retry}>${text.retry}</button></div>`;
}
