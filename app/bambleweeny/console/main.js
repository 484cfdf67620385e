// The entry of the console: who is logged in, and which page is shown.
import { text } from "./en/shell.js";
import { parse, to } from "./parts/address.js";
import { logIn } from "./parts/api.js";
import { watchAddress } from "./parts/leaving.js";
import { Problem } from "./parts/loading.js";
import { LoginPage } from "./parts/login.js";
import { applyTheme } from "./parts/preferences.js";
import { acting, session } from "./parts/session.js";
import { Shell } from "./parts/shell.js";
import { html, render, useEffect, useState, useValue } from "./parts/ui.js";

// `needs` is the scope noun with which a named token sees the page; `isAdmin` pages are for admins.
const PAGES = [
  { name: "home" },
  { name: "keys", group: "data", needs: "keys" },
  { name: "lists", group: "data", needs: "lists" },
  { name: "topics", group: "data", needs: "topics" },
  { name: "inbox", group: "public", needs: "bins" },
  { name: "routes", group: "public", needs: "routes" },
  { name: "tokens", group: "access", needs: "tokens" },
  { name: "users", group: "access", isAdmin: true },
  { name: "audit", group: "access" },
  { name: "data", group: "instance" },
  { name: "server", group: "instance", isAdmin: true },
  { name: "account", group: "instance" },
];

const SHOWN = PAGES.map((page) => ({ ...page, title: text.pages[page.name] }));

function App({ problem }) {
  const found = useValue(session);
  const acted = useValue(acting);
  const [address, setAddress] = useState(parse(location.hash));
  useEffect(() => watchAddress((hash) => setAddress(parse(hash))), []);
  if (!found) return html`<${LoginPage} problem=${problem} />`;
  const pages = SHOWN.filter((page) => isFor(page, found));
  const page = pages.find(({ name }) => name === (address.page || "home"));
  return html`<${Shell} pages=${pages} current=${page?.name}>
    ${page ? html`<${Page} key=${`${page.name} ${found.id} ${acted?.id}`} name=${page.name} address=${address} />` : html`<${NoPage} />`}
  </${Shell}>`;
}

// Loads the module of a page when it is first shown.
function Page({ name, address }) {
  const [shown, setShown] = useState({ component: null, error: null });
  const load = () =>
    import(`./pages/${name}.js`).then(
      (module) => setShown({ component: module.default, error: null }),
      (error) => setShown({ component: null, error }),
    );
  useEffect(() => void load(), []);
  if (shown.error) return html`<${Problem} error=${new Error(text.failed)} onRetry=${load} />`;
  return shown.component && html`<${shown.component} rest=${address.rest} query=${address.query} />`;
}

const NoPage = () => html`<h1>${text.notFound}</h1><p><a href=${to("home")}>${text.home}</a></p>`;

const isFor = ({ isAdmin, needs }, { admin, scopes }) =>
  (!isAdmin || admin) && (!needs || !scopes || scopes.some((scope) => scope === "*" || scope.startsWith(`${needs}:`) || scope.startsWith("*:")));

// A link of `bambleweeny console` holds a code for one login, which leaves the address at once.
async function begin() {
  applyTheme();
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  let problem;
  if (code) {
    history.replaceState(null, "", location.pathname + to("home"));
    try {
      await logIn({ code });
    } catch (ex) {
      problem = ex.status === 0 ? ex.info : text.codeFailed;
    }
  }
  render(html`<${App} problem=${problem} />`, document.getElementById("app"));
}

void begin();
