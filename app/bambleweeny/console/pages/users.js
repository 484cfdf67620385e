// The users, for admins: the list, a new one, and one of them.
import { text } from "../en/users.js";
import { to } from "../parts/address.js";
import { readJson } from "../parts/api.js";
import { say } from "../parts/dialogs.js";
import { number } from "../parts/format.js";
import { Grid } from "../parts/grid.js";
import { leaveTo, replaceAddress } from "../parts/leaving.js";
import { Loaded, useReading } from "../parts/loading.js";
import { useRefresh } from "../parts/refresh.js";
import { request } from "../parts/request.js";
import { useShortcut } from "../parts/shortcuts.js";
import { html, useEffect, useMemo, useState, useTitle } from "../parts/ui.js";
import { CodeOnce } from "../parts/users/code_once.js";
import { LIMITS, shownLimit } from "../parts/users/limits.js";
import { NewUser } from "../parts/users/new_user.js";
import { UsageCell } from "../parts/users/usage_cell.js";
import { User } from "../parts/users/user.js";

const COLUMNS = [
  { key: "name", title: text.columns.name, render: ({ username }) => username },
  { key: "id", title: text.columns.id, isNumber: true, isMinor: true, render: ({ id }) => id },
  { key: "role", title: text.columns.role, render: ({ role, invited }) => html`${role} ${invited && html`<span class="badge delayed">${text.invited}</span>`}` },
  { key: "quota", title: text.columns.quota, isNumber: true, render: ({ quota }) => (quota === "0" ? text.unlimited : number(Number(quota))) },
  { key: "limits", title: text.columns.limits, isMinor: true, render: (user) => LIMITS.slice(1).filter((name) => user[name]).map((name) => `${text.limitNames[name]}: ${shownLimit(name, user[name])}`).join(", ") },
];
const USAGE = { key: "usage", title: text.columns.usage, isNumber: true, render: ({ id }) => html`<${UsageCell} key=${id} id=${id} />` };
const NEW = "new";

// `#/users/new` is a new user, `#/users/7` one of them.
export default function Users({ rest: [shown] }) {
  const [made, setMade] = useState(null);
  const reading = useReading(async (signal) => (await readJson(request("GET", ["users"]), signal)).users, []);
  useRefresh(reading.reload);
  useShortcut("n", () => (location.hash = to("users", NEW)));
  useEffect(() => setMade(null), [shown]);
  const back = () => {
    void reading.reload();
    leaveTo(to("users"));
  };
  const onMade = (user) => {
    say(text.added(user.username));
    // NOTE: who goes back later finds the user, not the form.
    replaceAddress(to("users", user.id));
    if (user.code) setMade(user);
    else back();
  };
  const done = () => {
    setMade(null);
    if (shown === NEW) back();
  };
  const content = () => {
    if (made) return html`<${CodeOnce} made=${made} onDone=${done} />`;
    if (shown === NEW) return html`<${NewUser} onMade=${onMade} />`;
    if (shown) return html`<${User} key=${shown} id=${shown} onCode=${setMade} onGone=${back} />`;
    return html`<${Loaded} reading=${reading}>${(users) => html`<${All} users=${users} />`}</${Loaded}>`;
  };
  return html`<div class="bar"><h1 class="grow">${text.title}</h1>${shown && !made && html`<a class="button" href=${to("users")} onClick=${() => void reading.reload()}>${text.back}</a>`}</div>${content()}`;
}

function All({ users }) {
  useTitle(text.title);
  const [part, setPart] = useState("");
  const [hasUsage, setUsage] = useState(false);
  const columns = useMemo(() => (hasUsage ? [...COLUMNS, USAGE] : COLUMNS), [hasUsage]);
  const rows = users.filter(({ username }) => username.toLowerCase().includes(part.toLowerCase()));
  return html`<p class="soft">${text.intro}</p>
    <div class="bar"><a class="button primary" href=${to("users", NEW)}>${text.add} <kbd>n</kbd></a>
      <input class="filter" type="search" aria-label=${text.filter} placeholder=${text.filter} value=${part} onInput=${(event) => setPart(event.target.value)} />
      <label class="check" title=${text.showUsageHint}><input type="checkbox" checked=${hasUsage} onChange=${(event) => setUsage(event.target.checked)} /> ${text.showUsage}</label></div>
    ${hasUsage && html`<p class="soft">${text.showUsageHint}.</p>`}
    <${Grid} label=${text.title} columns=${columns} rows=${rows} keyOf=${({ id }) => id} href=${({ id }) => to("users", id)} empty=${html`<p>${text.none}</p>`} />`;
}
