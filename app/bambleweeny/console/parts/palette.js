// Ctrl-K: go to a page, or to a key, list or topic by the beginning of its name.
import { text } from "../en/shell.js";
import { to } from "./address.js";
import { call } from "./api.js";
import { Modal } from "./dialogs.js";
import { request } from "./request.js";
import { html, useEffect, useRef, useState } from "./ui.js";

const MOST = 6;
const PAUSE_MS = 120;
const NOUNS = { keys: "key", lists: "list", topics: "topic" };

// `pages` are `{ name, title }`; names are looked up on the server while the user types.
export function Palette({ pages, onClose }) {
  const [typed, setTyped] = useState("");
  const [found, setFound] = useState([]);
  const [active, setActive] = useState(0);
  const input = useRef();
  useEffect(() => {
    const controller = new AbortController();
    const timer = setTimeout(() => void search(typed.trim(), controller.signal).then(setFound, () => {}), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [typed]);
  const word = typed.trim().toLowerCase();
  const places = [
    ...pages.filter(({ title }) => title.toLowerCase().startsWith(word)).map(({ name, title }) => ({ href: to(name), title, kind: "page" })),
    ...found,
  ];
  const at = Math.min(active, Math.max(places.length - 1, 0));
  const go = (href) => {
    onClose();
    location.hash = href;
  };
  const onKey = (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setActive((at + (event.key === "ArrowDown" ? 1 : -1) + places.length) % Math.max(places.length, 1));
    } else if (event.key === "Enter" && places[at]) {
      event.preventDefault();
      go(places[at].href);
    }
  };
  return html`<${Modal} title=${text.palette} onClose=${onClose} isDropped>
    <input ref=${input} class="search" autofocus autocomplete="off" spellcheck=${false} role="combobox" aria-expanded="true" aria-controls="places" aria-label=${text.palette}
      aria-activedescendant=${places.length ? `place-${at}` : undefined} placeholder=${text.paletteHint} value=${typed}
      onInput=${(event) => (setTyped(event.target.value), setActive(0))} onKeyDown=${onKey} />
    <ul id="places" role="listbox" aria-label=${text.palette} class="places">
      ${places.map(({ href, title, kind }, index) => html`<li key=${href} id=${`place-${index}`} role="option" aria-selected=${index === at} onClick=${() => go(href)}>
        <span>${title}</span> <span class="soft">${text.paletteKinds[kind]}</span></li>`)}
    </ul>
    ${places.length ? null : html`<p class="soft">${text.paletteNone}</p>`}
  </${Modal}>`;
}

async function search(prefix, signal) {
  if (!/^[A-Za-z0-9_:.-]{1,255}$/.test(prefix)) return [];
  const all = await Promise.all(
    Object.entries(NOUNS).map(async ([noun, kind]) => {
      try {
        const answer = await call(request("GET", [noun], { query: { prefix, limit: MOST } }), { signal, isQuiet: true });
        return answer.json()[noun].map(({ key }) => ({ href: to(noun, key), title: key, kind }));
      } catch {
        return []; // NOTE: a token may be for some nouns only.
      }
    }),
  );
  return all.flat();
}
