// The box that filters the names of a page by their beginning while a user types.
import { to } from "./address.js";
import { focusFirstRow } from "./grid_first.js";
import { html, useEffect, useRef, useState } from "./ui.js";
import { prefixProblem } from "./values.js";

const PAUSE_MS = 150;

export function PrefixBox({ page, label, prefix }) {
  const [typed, setTyped] = useState(prefix);
  const sent = useRef(prefix);
  const timer = useRef();
  useEffect(() => {
    // NOTE: an address that another part has changed, such as a link; what the user types is never overwritten.
    if (prefix !== sent.current) setTyped(prefix);
    sent.current = prefix;
  }, [prefix]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const problem = prefixProblem(typed.trim());
  const apply = (next) => {
    clearTimeout(timer.current);
    if (prefixProblem(next)) return;
    sent.current = next;
    location.replace(to(page, [], { prefix: next }));
  };
  const type = (event) => {
    const next = event.target.value.trim();
    setTyped(event.target.value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => apply(next), PAUSE_MS);
  };
  // NOTE: what was typed a moment ago counts, so the first row is that of the names which it selects.
  const press = (event) => {
    const next = event.target.value.trim();
    if (event.key === "Enter") return apply(next);
    if (event.key !== "ArrowDown" || next === sent.current) return undefined;
    event.preventDefault();
    apply(next);
    return focusFirstRow(event.target);
  };
  return html`<div class="contents"><input class="filter" type="search" aria-label=${label} placeholder=${label} autocomplete="off" spellcheck=${false} aria-invalid=${Boolean(problem)}
    value=${typed} onInput=${type} onKeyDown=${press} />${problem && html`<span class="wrong" role="alert">${problem}</span>`}</div>`;
}
