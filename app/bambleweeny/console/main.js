// The entry of the console: who is logged in, and which page is shown.
import { text } from "./en/shell.js";
import { parse, to } from "./parts/address.js";
import { logIn } from "./parts/api.js";
import { Boundary } from "./parts/boundary.js";
import { ignoreBusyButtons } from "./parts/busy.js";
import { confirm, forgetErrors, say } from "./parts/dialogs.js";
import { watchAddress } from "./parts/leaving.js";
import { Problem } from "./parts/loading.js";
import { LoginPage } from "./parts/login.js";
import { NoSuch } from "./parts/no_such.js";
import { applyTheme } from "./parts/preferences.js";
import { acting, mayDo, mayDoAll, sandboxOf, session } from "./parts/session.js";
import { Shell } from "./parts/shell.js";
import { html, render, useEffect, useState, useValue } from "./parts/ui.js";

// `needs` is the scope with which a named token sees the page; `isAdmin` pages are for admins.
const PAGES = [
  { name: "home" },
  { name: "keys", group: "data", needs: ["keys", "read"] },
  { name: "lists", group: "data", needs: ["lists", "read"] },
  { name: "topics", group: "data", needs: ["topics", "read"] },
  { name: "inbox", group: "public", needs: ["bins", "read"] },
  { name: "routes", group: "public", needs: ["routes", "read"] },
  { name: "tokens", group: "access", needs: ["tokens", "write"] },
  { name: "users", group: "access", needs: ["users", "read"], isAdmin: true },
  { name: "audit", group: "access", needs: ["audit", "read"] },
  { name: "sandboxes", group: "instance", needs: ["sandboxes", "read"] },
  { name: "data", group: "instance", isOfAll: true },
  { name: "server", group: "instance", needs: ["server", "read"], isAdmin: true },
  { name: "account", group: "instance" },
];

const SHOWN = PAGES.map((page) => ({ ...page, title: text.pages[page.name] }));

function App({ problem, code, invited }) {
  const [invitation, setInvitation] = useState(code);
  // NOTE: an invitation is for the user that it names, but until it is used, the session that this tab has stays.
  useEffect(() => session.subscribe(() => setInvitation(null)), []);
  const found = useValue(session);
  const acted = useValue(acting);
  const [address, setAddress] = useState(parse(location.hash));
  useEffect(() => watchAddress((hash) => setAddress((last) => turned(last, parse(hash)))), []);
  if (!found || invitation) return html`<${LoginPage} problem=${problem} code=${invitation} invited=${invited} user=${found?.user} onStay=${() => setInvitation(null)} />`;
  const pages = SHOWN.filter((page) => isFor(page, found)).map((page) => (page.name === "sandboxes" && sandboxOf(found) ? { ...page, title: text.thisSandbox } : page));
  const page = pages.find(({ name }) => name === (address.page || "home"));
  return html`<${Shell} pages=${pages} current=${page?.name}>
    ${page ? html`<${Boundary} key=${`${page.name} ${found.id} ${acted?.id}`}><${Page} name=${page.name} address=${address} /></${Boundary}>` : html`<${NoPage} isKnown=${isRefused(address.page, found)} />`}
  </${Shell}>`;
}

// Returns the new address; what went wrong on another page is of no use on it.
function turned(last, next) {
  if (to(last.page, last.rest) !== to(next.page, next.rest)) forgetErrors();
  return next;
}

// Loads the module of a page when it is first shown.
function Page({ name, address }) {
  const [shown, setShown] = useState({ component: null, hasFailed: false });
  useEffect(() => {
    import(`./pages/${name}.js`).then(
      (module) => setShown({ component: module.default, hasFailed: false }),
      () => setShown({ component: null, hasFailed: true }),
    );
  }, []);
  // NOTE: not every browser loads a module again that it could not load, and one of another version fits its own frame only.
  if (shown.hasFailed) return html`<${Problem} error=${new Error(text.failed)} onRetry=${() => location.reload()} />`;
  return shown.component && html`<${shown.component} rest=${address.rest} query=${address.query} />`;
}

const NoPage = ({ isKnown }) => html`<${NoSuch} title=${isKnown ? text.notAllowed : text.notFound}><p><a href=${to("home")}>${text.home}</a></p></${NoSuch}>`;

const isFor = ({ isAdmin, isOfAll, needs }, found) => (!isAdmin || found.admin) && (!needs || mayDo(...needs)) && (!isOfAll || mayDoAll("read") || mayDoAll("write"));

// Whether a page exists that the user has, and the token does not open.
const isRefused = (name, { admin, scopes }) => Boolean(scopes) && PAGES.some((page) => page.name === name && (admin || !page.isAdmin));

// A link holds a code for one login (of `bambleweeny console`), or that of an invitation; both leave the address at once.
async function begin() {
  applyTheme();
  ignoreBusyButtons();
  const { code, invitation, invited } = sentIn(location.hash);
  if (code || invitation) history.replaceState(history.state, "", location.pathname + to("home"));
  const isLoggedIn = Boolean(session.value);
  const problem = code && !isLoggedIn ? await problemOf(code) : undefined;
  render(html`<${Boundary}><${App} problem=${problem} code=${invitation} invited=${invited} /></${Boundary}>`, document.getElementById("app"));
  if (code && isLoggedIn) await replace(code);
}

// Logs in by a code, and returns what is wrong with it, or undefined.
async function problemOf(code) {
  try {
    await logIn({ code });
    return undefined;
  } catch (ex) {
    return ex.status === 0 ? ex.info : text.codeFailed;
  }
}

// NOTE: anybody can send a link, and what is then written here would be for the user that the link names.
async function replace(code) {
  if (!(await confirm({ title: text.codeTitle, detail: text.codeDetail(session.value.user), action: text.login, isDanger: false }))) return;
  const problem = await problemOf(code);
  say(problem ?? text.loggedIn(session.value.user), { isError: Boolean(problem) });
}

function sentIn(hash) {
  const sent = new URLSearchParams(hash.slice(1));
  const invitation = sent.get("invite");
  return { code: sent.get("code"), invitation, invited: invitation && sent.get("user") };
}

// NOTE: such a link in a tab that shows the console changes only what follows the #, and no page is loaded.
addEventListener("hashchange", () => Object.values(sentIn(location.hash)).some(Boolean) && location.reload());
void begin();
