// The last calls of this page, each as the call that a program would make.
import { text } from "../en/shell.js";
import { recent } from "./api.js";
import { number, time } from "./format.js";
import { pathOf } from "./request.js";
import { SnippetBox } from "./snippet_box.js";
import { html, useEffect, useState, useValue } from "./ui.js";

export function Drawer({ onClose }) {
  const calls = useValue(recent);
  const [open, setOpen] = useState(null);
  useEffect(() => {
    const onKey = (event) => event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]") && onClose();
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [onClose]);
  const shown = calls.find(({ id }) => id === open) ?? calls[0];
  return html`<aside class="drawer" aria-labelledby="drawer-title">
    <header><h2 id="drawer-title">${text.drawerTitle(calls.length)}</h2>
      <button type="button" class="small" onClick=${() => (recent.value = [])}>${text.clear}</button>
      <button type="button" class="quiet" aria-label=${text.close} onClick=${onClose}>✕</button></header>
    ${calls.length
      ? html`<div class="two">
          <ul class="calls">${calls.map(({ id, request, status, ms, time: when }) => html`<li key=${id}>
            <button type="button" aria-current=${id === shown.id ? "true" : undefined} onClick=${() => setOpen(id)}>
              <span class=${status >= 400 || status === 0 ? "status bad" : "status"}>${status === 0 ? text.noAnswer : (status ?? "…")}</span>
              <b>${request.method}</b> <span class="path">${pathOf(request)}</span>
              <span class="soft">${ms === null ? "" : `${number(Math.round(ms))} ms`} ${time(when)}</span>
            </button></li>`)}</ul>
          <${SnippetBox} request=${shown.request} />
        </div>`
      : html`<p class="soft">${text.drawerNone}</p>`}
  </aside>`;
}
