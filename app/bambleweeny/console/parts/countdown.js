// The time until or since a moment, counted each second by the clock of the server.
import { text } from "../en/shell.js";
import { useNow } from "./clock.js";
import { ago, duration, moment, since } from "./format.js";
import { html, useMemo } from "./ui.js";

// `ends` is a moment in ms or a text; `isLocal` is whether it is one by the clock of the browser.
export function Countdown({ ends, isLocal = false }) {
  const now = useNow();
  const end = new Date(ends);
  return html`<time datetime=${end.toISOString()} title=${moment(end)}>${text.in(duration((end - (isLocal ? Date.now() : now)) / 1000))}</time>`;
}

// How long something has lasted that lasted for some seconds when `found` was read.
export function Age({ seconds, found }) {
  const now = useNow();
  const begun = useMemo(() => now - seconds * 1000, [found]);
  return html`<span class="age">${duration((Math.max(now, begun) - begun) / 1000)}</span>`;
}

// How long ago something was: never in the future.
export function Since({ when }) {
  return html`<time datetime=${when} title=${moment(when)}>${since(when, useNow())}</time>`;
}

// How long until something is due, or how long ago it was.
export function Until({ when }) {
  return html`<time datetime=${when} title=${moment(when)}>${ago(when, useNow())}</time>`;
}
