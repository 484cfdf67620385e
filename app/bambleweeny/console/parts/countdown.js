// The time until or since a moment, counted each second.
import { text } from "../en/shell.js";
import { duration, moment } from "./format.js";
import { html, useEffect, useMemo, useState } from "./ui.js";

// `ends` is a moment in ms or a text.
export function Countdown({ ends }) {
  const now = useNow();
  const end = new Date(ends);
  return html`<time datetime=${end.toISOString()} title=${moment(end)}>${text.in(duration((end - now) / 1000))}</time>`;
}

// How long something has lasted that lasted for some seconds when `found` was read.
export function Age({ seconds, found }) {
  const begun = useMemo(() => Date.now() - seconds * 1000, [found]);
  return html`<span class="age">${duration((Math.max(useNow(), begun) - begun) / 1000)}</span>`;
}

function useNow() {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => document.hidden || setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
