// Ctrl-K: go to a page of the console or of the guide, or to what has such a name.
import { text } from "../en/shell.js";
import { to } from "./address.js";
import { API_URL, call } from "./api.js";
import { Modal } from "./dialogs.js";
import { idOf } from "./public/urls.js";
import { request } from "./request.js";
import { mayDo } from "./session.js";
import { html, useEffect, useRef, useState } from "./ui.js";

const MOST = 6;
const PAUSE_MS = 120;
const PUBLIC = { bins: ["bin", "inbox"], routes: ["route", "routes"] };
const LINKS = [{ href: `${API_URL}/docs`, title: text.docs, kind: "docs" }, { href: `${API_URL}/docs/api`, title: text.reference, kind: "docs" }];
const NOUNS = { keys: "key", lists: "list", topics: "topic" };

// `pages` are `{ name, title }`; names are looked up on the server while the user types.
export function Palette({ pages, onClose }) {
  const [typed, setTyped] = useState("");
  const [found, setFound] = useState([]);
  const [active, setActive] = useState(0);
  const list = useRef();
  const [readPublic] = useState(() => once(publicPlaces));
  useEffect(() => {
    const controller = new AbortController();
    const timer = setTimeout(() => void search(typed.trim(), readPublic, controller.signal).then(setFound, () => {}), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [typed]);
  const word = typed.trim().toLowerCase();
  const fixed = [...pages.map(({ name, title }) => ({ href: to(name), title, kind: "page" })), ...LINKS];
  const places = [...matching(fixed, word), ...found];
  const at = Math.min(active, Math.max(places.length - 1, 0));
  useEffect(() => list.current.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [at]);
  const go = (href) => {
    onClose();
    location.href = href;
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
    <input class="search" autofocus autocomplete="off" spellcheck=${false} role="combobox" aria-expanded="true" aria-controls="places" aria-label=${text.palette}
      aria-activedescendant=${places.length ? `place-${at}` : undefined} placeholder=${text.paletteHint} value=${typed}
      onInput=${(event) => (setTyped(event.target.value), setActive(0))} onKeyDown=${onKey} />
    <ul ref=${list} id="places" role="listbox" aria-label=${text.palette} class="places">
      ${places.map(({ href, title, kind }, index) => html`<li key=${href} id=${`place-${index}`} role="option" aria-selected=${index === at} onClick=${() => go(href)}>
        <span>${title}</span> <span class="soft">${text.paletteKinds[kind]}</span></li>`)}
    </ul>
    ${places.length ? null : html`<p class="soft">${text.paletteNone}</p>`}
  </${Modal}>`;
}

// Returns the places whose title contains a word, those first that begin with it.
function matching(places, word) {
  const at = ({ title }) => title.toLowerCase().indexOf(word);
  return places.filter((place) => at(place) >= 0).sort((one, other) => Math.sign(at(one)) - Math.sign(at(other)));
}

async function search(prefix, readPublic, signal) {
  if (!/^[A-Za-z0-9_:.-]{1,255}$/.test(prefix)) return [];
  const shared = readPublic().then((all) => matching(all, prefix.toLowerCase()).slice(0, MOST));
  const named = Object.entries(NOUNS).filter(([noun]) => mayDo(noun, "read", `${prefix}*`));
  const all = await Promise.all([
    ...named.map(async ([noun, kind]) => {
      try {
        const answer = await call(request("GET", [noun], { query: { prefix, limit: MOST } }), { signal, isQuiet: true });
        return answer.json()[noun].map(({ key }) => ({ href: to(noun, key), title: key, kind }));
      } catch {
        return []; // NOTE: a token may be for some nouns only.
      }
    }),
    shared,
  ]);
  return all.flat();
}

// NOTE: bins and routes are listed all at once, so they are read once for all that is typed.
async function publicPlaces() {
  const nouns = Object.keys(PUBLIC).filter((noun) => mayDo(noun, "read"));
  const all = await Promise.all(nouns.map(async (noun) => {
    const rows = (await call(request("GET", [noun]), { isQuiet: true })).json()[noun];
    const [kind, page] = PUBLIC[noun];
    return rows.map((row) => ({ href: to(page, idOf(row)), title: row.name || idOf(row), kind }));
  }));
  return all.flat();
}

function once(read) {
  let found;
  return () => (found ??= read().catch(() => []));
}
