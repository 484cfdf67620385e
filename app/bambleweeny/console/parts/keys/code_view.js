// A long text that is fast to show: its lines are in blocks, and the browser draws only those in view.
import { tokens } from "../json_text.js";
import { html, useMemo } from "../ui.js";

const LINES = 100;
const MOST_COLOURED = 20_000;

// `isJson` colours a short text.
export function CodeView({ label, value, isJson = false }) {
  const parts = useMemo(() => (isJson && value.length <= MOST_COLOURED ? coloured(value) : blocks(value)), [value, isJson]);
  return html`<pre class="code" tabindex="0" role="region" aria-label=${label}>${parts}</pre>`;
}

const coloured = (value) => tokens(value).map(({ kind, text }) => (kind === "space" || kind === "mark" ? text : html`<span class=${`tok-${kind}`}>${text}</span>`));

function blocks(value) {
  const found = [];
  for (let start = 0; start < value.length; ) {
    let end = start;
    for (let line = 0; line < LINES && end >= 0; line++) end = value.indexOf("\n", end) + 1 || -1;
    const stop = end < 0 ? value.length : end;
    // NOTE: a block is a line break already, so the last one of its text is left out.
    found.push(html`<span class="block" style=${{ containIntrinsicSize: `auto ${LINES * 1.3}rem` }}>${value.slice(start, end < 0 ? stop : stop - 1) || "\u200b"}</span>`);
    start = stop;
  }
  return found;
}
