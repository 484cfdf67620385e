// The frame around every page: navigation, who acts, the state of the connection, the drawer and the palette.
import { text } from "../en/shell.js";
import { to } from "./address.js";
import { API_URL, reachable } from "./api.js";
import { Dialogs, Modal, sayError } from "./dialogs.js";
import { Drawer } from "./drawer.js";
import { leaveSession, mayLeave } from "./leaving.js";
import { connection, onEvents } from "./live.js";
import { LoginAgain } from "./login.js";
import { Palette } from "./palette.js";
import { acting, session } from "./session.js";
import { useChord, useShortcut } from "./shortcuts.js";
import { html, useEffect, useRef, useState, useValue } from "./ui.js";

const KEYS = [["Ctrl K", "palette"], ["/", "filter"], ["n", "add"], ["e", "edit"], ["Ctrl S", "save"], ["c", "drawer"], ["↑ ↓", "move"], ["Enter", "open"], ["x", "select"], ["?", "help"]];

// `pages` are `{ name, title, group }` that this user may open; `current` is the name of the one that is shown.
export function Shell({ pages, current, children }) {
  const [hasMenu, setMenu] = useState(false);
  const [open, setOpen] = useState(null);
  const main = useRef();
  const isFirst = useRef(true);
  useChord("k", () => setOpen(open === "palette" ? null : "palette"));
  useShortcut("c", () => setOpen(open === "drawer" ? null : "drawer"));
  useShortcut("?", () => setOpen("shortcuts"));
  useShortcut("/", () => document.querySelector("#content .filter")?.focus());
  useEffect(() => {
    setMenu(false);
    if (!isFirst.current) main.current.focus({ preventScroll: true });
    isFirst.current = false;
  }, [current]);
  return html`<div class="contents"><a class="skip" href="#content" onClick=${(event) => (event.preventDefault(), main.current.focus())}>${text.skip}</a>
    <header class="top">
      <button type="button" class="menu" aria-expanded=${hasMenu} aria-controls="pages" onClick=${() => setMenu(!hasMenu)}>${text.menu}</button>
      <a class="brand" href=${to("home")}><img src=${new URL("../icon.svg", import.meta.url).href} alt="" width="28" height="28" />bambleweeny</a>
      <span class="grow"></span>
      <button type="button" class="go" onClick=${() => setOpen("palette")}>${text.palette} <kbd>Ctrl K</kbd></button>
      <button type="button" aria-expanded=${open === "drawer"} onClick=${() => setOpen(open === "drawer" ? null : "drawer")}>${text.drawer}</button>
      <${State} />
    </header>
    <${Navigation} pages=${pages} current=${current} isOpen=${hasMenu} />
    <div class="page">
      <${ActingAs} />
      <main id="content" ref=${main} tabindex="-1">${children}</main>
    </div>
    ${open === "drawer" && html`<${Drawer} onClose=${() => setOpen(null)} />`}
    ${open === "palette" && html`<${Palette} pages=${pages} onClose=${() => setOpen(null)} />`}
    ${open === "shortcuts" && html`<${Modal} title=${text.shortcutsTitle} onClose=${() => setOpen(null)}><${Shortcuts} /></${Modal}>`}
    <${LoginAgain} />
    <${Dialogs} /></div>`;
}

// The list of shortcuts, also on the account page.
export function Shortcuts() {
  return html`<dl class="shortcuts">${KEYS.map(([key, name]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${text.shortcuts[name]}</dd></div>`)}</dl>`;
}

function Navigation({ pages, current, isOpen }) {
  const { user } = useValue(session);
  const groups = Object.keys(text.groups).filter((name) => pages.some(({ group }) => group === name));
  const link = ({ name, title }) => html`<li key=${name}><a href=${to(name)} aria-current=${name === current ? "page" : undefined}>${title}</a></li>`;
  return html`<nav id="pages" class=${isOpen ? "pages open" : "pages"} aria-label=${text.navigation}>
    <ul>${pages.filter(({ group }) => !group).map(link)}</ul>
    ${groups.map((group) => html`<h2 key=${group} id=${`group-${group}`}>${text.groups[group]}</h2>
      <ul aria-labelledby=${`group-${group}`}>${pages.filter((page) => page.group === group).map(link)}</ul>`)}
    <ul class="last">
      <li><a href=${`${API_URL}/docs`}>${text.docs}</a></li>
      <li><a href=${`${API_URL}/docs/api`}>${text.reference}</a></li>
      <li><button type="button" class="quiet" onClick=${() => void leaveSession().catch(sayError)}>${text.logout} (${user})</button></li>
    </ul>
  </nav>`;
}

// Follows the events on every page, so that it shows whether they arrive.
function State() {
  useEffect(() => onEvents(() => {}), []);
  const live = useValue(connection);
  const state = useValue(reachable) === "offline" ? "offline" : live;
  return html`<span class=${`state ${state}`} role="status">${text.states[state]}</span>`;
}

async function stopActing() {
  if (await mayLeave()) acting.value = null;
}

function ActingAs() {
  const user = useValue(acting);
  if (!user) return null;
  return html`<div class="acting" role="status"><span>${text.actingAs(user.name)}</span>
    <button type="button" class="small" onClick=${() => void stopActing()}>${text.stopActing}</button></div>`;
}
