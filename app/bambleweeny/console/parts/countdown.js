// The time until a moment, counted each second.
import { text } from "../en/shell.js";
import { duration, moment } from "./format.js";
import { html, useEffect, useState } from "./ui.js";

// `ends` is a moment in ms or a text.
export function Countdown({ ends }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const end = new Date(ends);
  return html`<time datetime=${end.toISOString()} title=${moment(end)}>${text.in(duration((end - now) / 1000))}</time>`;
}
