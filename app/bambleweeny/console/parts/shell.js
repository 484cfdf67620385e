// The frame around every page: navigation, who acts, the state of the connection, the drawer and the palette.
import { text } from "../en/shell.js";
import { to } from "./address.js";
import { API_URL, reachable } from "./api.js";
import { Dialogs, Modal, sayError } from "./dialogs.js";
import { Drawer } from "./drawer.js";
import { useFocusKept } from "./focus.js";
import { leaveSession, mayLeave } from "./leaving.js";
import { connection, onEvents } from "./live.js";
import { LoginAgain } from "./login.js";
import { Palette } from "./palette.js";
import { Inside } from "./sandboxes/inside.js";
import { acting, sandboxOf, session } from "./session.js";
import { useChord, useShortcut } from "./shortcuts.js";
import { html, useEffect, useLayoutEffect, useRef, useState, useValue } from "./ui.js";

const KEYS = [["Ctrl K", "palette"], ["/", "filter"], ["n", "add"], ["e", "edit"], ["Ctrl S", "save"], ["c", "drawer"], ["↑ ↓", "move"], ["Enter", "open"], ["x", "select"], ["?", "help"]];

// `pages` are `{ name, title, group }` that this user may open; `current` is the name of the one that is shown.
export function Shell({ pages, current, children }) {
  const menu = useMenu();
  const [open, setOpen] = useState(null);
  const main = useRef();
  const isFirst = useRef(true);
  useChord("k", () => setOpen(open === "palette" ? null : "palette"));
  useShortcut("c", () => setOpen(open === "drawer" ? null : "drawer"));
  useShortcut("?", () => setOpen("shortcuts"));
  useShortcut("/", () => document.querySelector("#content .filter")?.focus());
  useEffect(() => {
    if (!isFirst.current) main.current.focus({ preventScroll: true });
    isFirst.current = false;
  }, [current]);
  useFocusKept(main);
  return html`<div class="contents"><a class="skip" href="#content" onClick=${(event) => (event.preventDefault(), main.current.focus())}>${text.skip}</a>
    <header class="top">
      <button type="button" class="menu" ref=${menu.button} aria-expanded=${menu.isOpen} aria-controls="pages" onClick=${menu.toggle}>${text.menu}</button>
      <a class="brand" href=${to("home")}><img src=${new URL("../icon.svg", import.meta.url).href} alt="" width="28" height="28" />bambleweeny</a>
      <span class="grow"></span>
      <button type="button" class="go" onClick=${() => setOpen("palette")}>${text.palette} <kbd>Ctrl K</kbd></button>
      <button type="button" aria-expanded=${open === "drawer"} onClick=${() => setOpen(open === "drawer" ? null : "drawer")}>${text.drawer}</button>
      <${State} />
    </header>
    <${Navigation} pages=${pages} current=${current} menu=${menu} onChoose=${() => menu.close(main.current)} />
    <div class="page">
      <${Inside} />
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

// On a narrow screen the pages lie below the bar while they are open. The focus goes to them, and back when Escape or a choice closes them.
function useMenu() {
  const [top, setTop] = useState(null);
  const [button, place] = [useRef(), useRef()];
  const isOpen = top !== null;
  useLayoutEffect(() => {
    if (isOpen) (place.current.querySelector("[aria-current]") ?? place.current.querySelector("a")).focus();
  }, [isOpen]);
  const close = (next = button.current) => {
    if (!isOpen) return;
    setTop(null);
    next.focus({ preventScroll: true });
  };
  const toggle = () => (isOpen ? close() : setTop(button.current.closest("header").getBoundingClientRect().bottom));
  const leave = ({ relatedTarget }) => relatedTarget && relatedTarget !== button.current && !place.current.contains(relatedTarget) && setTop(null);
  return { isOpen, top, button, place, close, toggle, leave };
}

function Navigation({ pages, current, menu, onChoose }) {
  const found = useValue(session);
  const groups = Object.keys(text.groups).filter((name) => pages.some(({ group }) => group === name));
  const link = ({ name, title }) => html`<li key=${name}><a href=${to(name)} aria-current=${name === current ? "page" : undefined}>${title}</a></li>`;
  const onClick = (event) => event.target.closest("a") && onChoose();
  const onKeyDown = (event) => event.key === "Escape" && menu.close();
  return html`<nav id="pages" ref=${menu.place} class=${menu.isOpen ? "pages open" : "pages"} style=${{ top: menu.isOpen ? `${menu.top}px` : "" }} aria-label=${text.navigation}
    onClick=${onClick} onKeyDown=${onKeyDown} onFocusOut=${menu.leave}>
    <ul>${pages.filter(({ group }) => !group).map(link)}</ul>
    ${groups.map((group) => html`<h2 key=${group} id=${`group-${group}`}>${text.groups[group]}</h2>
      <ul aria-labelledby=${`group-${group}`}>${pages.filter((page) => page.group === group).map(link)}</ul>`)}
    <ul class="last">
      <li><a href=${`${API_URL}/docs`}>${text.docs}</a></li>
      <li><a href=${`${API_URL}/docs/api`}>${text.reference}</a></li>
      <li><button type="button" class="quiet" onClick=${() => void leaveSession().catch(sayError)}>${text.logoutOf(found.user, !sandboxOf(found) && found.name)}</button></li>
    </ul>
  </nav>`;
}

// Follows the events on every page, so that it shows whether they arrive.
function State() {
  useEffect(() => onEvents(() => {}), []);
  const live = useValue(connection);
  const state = useValue(reachable) === "offline" ? "offline" : live;
  return html`<span class=${`state ${state}`} role="status" title=${text.stateHints[state]}>${text.states[state]}</span>`;
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
