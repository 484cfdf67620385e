// The login of this tab. The token is in sessionStorage, never in a URL; the password is nowhere.
import { Observable } from "./observable.js";

const KEY = "bambleweeny.session";
const WARNING_MS = 180_000;
// The nouns for which the scopes `read` and `write` stand.
const DATA = new Set(["keys", "lists", "topics", "routes", "bins"]);

// `{ token, ends, user, id, admin, scopes }`, or null without a login. `ends` is a moment in ms, or null: a named token may have no end.
export const session = new Observable(kept());
// `{ id, name }` of the user for which the admin acts, or null.
export const acting = new Observable(null);
// True while the login form stands over the page, because the token has ended or soon will.
export const needsLogin = new Observable(false);

let waiting = [];
let timer;

session.subscribe(remember);
watchEnd(session.value);

// Whether the scopes of the login allow some call of a noun; all if it has no scopes.
export function mayUse(noun, { scopes } = session.value) {
  return !scopes || scopes.some((scope) => scope.startsWith(`${noun}:`) || (DATA.has(noun) && (scope === "read" || scope === "write")));
}

// Begins a session; calls that wait for a login go on if it is the same user.
export function begin(found) {
  const isSame = !session.value || session.value.id === found.id;
  if (!isSame) acting.value = null;
  session.value = found;
  needsLogin.value = false;
  settle(isSame);
}

// Forgets the session; calls that wait for a login fail.
export function end() {
  session.value = null;
  acting.value = null;
  needsLogin.value = false;
  settle(false);
}

// Resolves with true after the next login of the same user, with false if there is none.
export function renewed() {
  needsLogin.value = true;
  return new Promise((resolve) => waiting.push(resolve));
}

// Hides the login form that was shown before the end of the session; calls that wait fail.
export function dismiss() {
  needsLogin.value = false;
  settle(false);
}

function settle(isSame) {
  const all = waiting;
  waiting = [];
  for (const resolve of all) resolve(isSame);
}

function remember(found) {
  if (found) sessionStorage.setItem(KEY, JSON.stringify(found));
  else sessionStorage.removeItem(KEY);
  watchEnd(found);
}

function watchEnd(found) {
  clearTimeout(timer);
  if (!found?.ends) return;
  const left = found.ends - Date.now() - WARNING_MS;
  // NOTE: a timer over 2^31 ms fires at once.
  timer = setTimeout(() => (found.ends - Date.now() > WARNING_MS ? watchEnd(found) : (needsLogin.value = true)), Math.min(Math.max(left, 0), 2 ** 30));
}

function kept() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY));
    return found?.token ? found : null;
  } catch {
    return null;
  }
}
