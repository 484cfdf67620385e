// The login of this tab. The token is in sessionStorage, never in a URL; the password is nowhere.
import { Observable } from "./observable.js";
import { allows, allowsAll, needOf } from "./tokens/scopes.js";

const KEY = "bambleweeny.session";
const WARNING_MS = 180_000;
const LEAST_MS = 10_000;

const { acting: actingFor = null, ...login } = kept() ?? {};
// `{ token, ends, user, id, admin, scopes, name }`, or null without a login. `ends` is a moment in ms, or null: a named token may have no end.
// `scopes` is a list of texts, or null for a session, which may do all that its user may; `name` is that of a named token.
export const session = new Observable(login.token ? login : null);
// `{ id, name }` of the user for which the admin acts, or null. Like the session, it outlives a reload of the tab.
export const acting = new Observable(actingFor);
// `{ hasEnded }` while the login form stands over the page, because the token has ended or soon will; else null.
export const needsLogin = new Observable(null);

let waiting = [];
let timer;

session.subscribe(remember);
acting.subscribe(() => store(session.value, acting.value));
watchEnd(session.value);

// Returns the id of the sandbox whose token a login has, undefined for a login of a user.
export const sandboxOf = (found) => found?.id.split("~")[1];

// Returns the name of the user whose data are shown.
export const ownerName = () => acting.value?.name ?? session.value.user;

// Opens a new tab with another session; returns whether the browser did.
export function openAs(found, url) {
  // NOTE: a new tab begins with a copy of what this one has stored, so that the token is in no URL.
  store(found);
  const tab = window.open(url);
  store(session.value, acting.value);
  if (tab) tab.opener = null;
  return Boolean(tab);
}

// Whether the login may use a verb of a noun: on a name, on all names that begin so with `PREFIX*`, and without a name on some.
export const mayDo = (noun, verb, name) => allows(session.value?.scopes, noun, verb, name);

// Whether the login may read or write all data, as an export and an import do.
export const mayDoAll = (verb) => allowsAll(session.value?.scopes, verb);

// Whether the login may make a call on data.
export const mayCall = (request) => mayDo(...needOf(request));

// Begins a session; calls that wait for a login go on.
export function begin(found) {
  if (session.value?.id !== found.id) acting.value = null;
  session.value = found;
  needsLogin.value = null;
  settle();
}

// Forgets the session; calls that wait for a login go on, and fail.
export function end() {
  session.value = null;
  acting.value = null;
  needsLogin.value = null;
  settle();
}

// Shows the login form; resolves after the next login, or when the session is forgotten.
export function renewed() {
  needsLogin.value = { hasEnded: true };
  return new Promise((resolve) => waiting.push(resolve));
}

// Hides the login form that was shown before the end of the session, until that end.
export function dismiss() {
  needsLogin.value = null;
}

function settle() {
  const all = waiting;
  waiting = [];
  for (const resolve of all) resolve();
}

function remember(found) {
  store(found, acting.value);
  watchEnd(found);
}

function store(found, actsFor = null) {
  try {
    if (found) sessionStorage.setItem(KEY, JSON.stringify({ ...found, acting: actsFor ?? undefined }));
    else sessionStorage.removeItem(KEY);
  } catch {
    // NOTE: a browser may forbid storage; then the login lasts until the page is closed.
  }
}

// Shows the form three minutes before the end, and again at the end. A session that is that short is left alone for its first seconds.
function watchEnd(found) {
  clearTimeout(timer);
  if (!found?.ends) return;
  const left = found.ends - Date.now();
  const isShort = left < WARNING_MS + LEAST_MS;
  at(found.ends - (isShort ? left - Math.min(LEAST_MS, left / 2) : WARNING_MS), () => {
    needsLogin.value ??= { hasEnded: false };
    at(found.ends, () => (needsLogin.value = { hasEnded: true }));
  });
}

function at(when, act) {
  // NOTE: a timer over 2^31 ms fires at once, and one that slept with the machine may be early by its clock.
  const left = Math.max(when - Date.now(), 0);
  timer = setTimeout(() => (Date.now() < when ? at(when, act) : act()), Math.min(left, 2 ** 30));
}

function kept() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY));
    return found?.token ? found : null;
  } catch {
    return null;
  }
}
