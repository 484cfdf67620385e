// What is chosen in a table, whole: beside the table in a wide window, else below it and scrolled into view.
import { html, useEffect, useRef } from "./ui.js";

// `closed` is the address without it, or `onClose` closes it; `isReady` is true once there is something to scroll to. `kind` is a further class.
export function Beside({ label, title, closeLabel, closed, onClose, isReady = true, kind = "", children }) {
  const place = useRef();
  useEffect(() => {
    if (isReady && !matchMedia("(min-width: 1000px)").matches) place.current.scrollIntoView({ block: "start" });
  }, [isReady]);
  return html`<section ref=${place} class=${`card beside ${kind}`} aria-label=${label}>
    <div class="bar"><h2 class="grow">${title}</h2>
      ${closed
        ? html`<a class="button close" href=${closed} aria-label=${closeLabel}>✕</a>`
        : html`<button type="button" class="close" aria-label=${closeLabel} onClick=${onClose}>✕</button>`}</div>
    ${children}
  </section>`;
}
