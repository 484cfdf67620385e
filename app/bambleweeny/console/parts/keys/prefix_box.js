// The box that filters keys by the beginning of their names while a user types.
import { text } from "../../en/keys.js";
import { to } from "../address.js";
import { html, useEffect, useRef, useState } from "../ui.js";

const PAUSE_MS = 150;

export function PrefixBox({ prefix }) {
  const [typed, setTyped] = useState(prefix);
  const sent = useRef(prefix);
  const timer = useRef();
  useEffect(() => {
    // NOTE: an address that another part has changed, such as a link; what the user types is never overwritten.
    if (prefix !== sent.current) setTyped(prefix);
    sent.current = prefix;
  }, [prefix]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const apply = (next) => {
    clearTimeout(timer.current);
    sent.current = next;
    location.replace(to("keys", [], { prefix: next }));
  };
  const type = (event) => {
    const next = event.target.value.trim();
    setTyped(event.target.value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => apply(next), PAUSE_MS);
  };
  return html`<input class="filter" type="search" aria-label=${text.filter} placeholder=${text.filter} autocomplete="off" spellcheck=${false}
    value=${typed} onInput=${type} onKeyDown=${(event) => event.key === "Enter" && apply(event.target.value.trim())} />`;
}
