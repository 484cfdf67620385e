// Every call of the console goes through `call`, which adds the token and keeps the last calls for the drawer.
import { text } from "../en/shell.js";
import { confirm, forgetErrors } from "./dialogs.js";
import { questionNow } from "./guards.js";
import { Observable } from "./observable.js";
import { pathOf, request, withQuery } from "./request.js";
import { acting, begin, end, needsLogin, renewed, session } from "./session.js";

// The URL of the API: that of this page, without `/console`.
export const API_URL = location.href.replace(/[?#].*$/s, "").replace(/\/console\/?$/, "");
// The last calls, the newest first: `{ id, request, status, ms, time }`; `status` is 0 without an answer.
export const recent = new Observable([]);
// Whether the server answers: "online" or "offline".
export const reachable = new Observable("online");

const MOST_RECENT = 50;
// NOTE: the snippets of a long body read a file, so its beginning is enough for them.
const MOST_KEPT = 1 << 20;
// A read above the rate of its user is asked for again when the server says, in this time.
const MOST_WAIT_MS = 15_000;
// The nouns whose calls take `userid`.
const ACTING = new Set(["keys", "incr", "lists", "topics", "routes", "bins", "events", "batch", "export", "import", "sandboxes", "usage", "tokens", "audit"]);
let lastId = 0;
let caller = session.value?.id;

// NOTE: the next user of this tab sees neither the calls nor the errors of the one before.
session.subscribe((found) => {
  if (found?.id === caller) return;
  caller = found?.id;
  recent.value = [];
  forgetErrors();
});

// An answer that is no success, or none at all (`status` 0). `info` is a sentence, `hint` may be empty.
export class ApiError extends Error {
  // NOTE: an answer of a proxy may have neither sentence nor code.
  constructor(status, { info = text.answered(status), code = "unknown", hint = "", ...details }, headers = new Headers()) {
    super(info);
    Object.assign(this, { name: "ApiError", status, code, info, hint, details, headers });
  }

  // Whether the same call would be refused again.
  get isFinal() {
    return this.status >= 400 && this.status < 500 && this.status !== 429;
  }
}

// An answer: `status`, `headers`, `bytes`, `text()` and `json()`.
class Answer {
  constructor(response, bytes) {
    Object.assign(this, { status: response.status, headers: response.headers, bytes });
  }
  text = () => new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.bytes);
  json = () => JSON.parse(this.text());
}

// Sends a request and returns its answer; ApiError otherwise. A 401 shows the login form, and repeats the call after it.
// `isQuiet` keeps a call that nobody made by hand out of the drawer.
export async function call(sent, { signal, isQuiet = false } = {}) {
  const asked = addressed(sent);
  const clock = { begun: performance.now() };
  const last = clock.begun + MOST_WAIT_MS;
  const note = isQuiet ? () => {} : noted(asked);
  let status = 0;
  try {
    for (;;) {
      const response = await responseOf(asked, signal, clock);
      const answer = new Answer(response, new Uint8Array(await response.arrayBuffer()));
      status = answer.status;
      if (response.ok || status === 304) return answer;
      const problem = problemOf(answer);
      const wait = problem.code === "rate_limited" && asked.method === "GET" ? Number(answer.headers.get("Retry-After")) * 1000 : 0;
      if (!wait || performance.now() + wait > last) throw problem;
      await pause(wait, signal);
    }
  } catch (ex) {
    if (ex instanceof ApiError) status = ex.status;
    else if (ex.name !== "AbortError") throw noAnswer();
    throw ex;
  } finally {
    note(status, performance.now() - clock.begun);
  }
}

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
}

// Reads what a page shows as JSON. Such a call is not in the drawer.
export const readJson = async (sent, signal) => (await call(sent, { signal, isQuiet: true })).json();

// Returns a `call` for work of several calls. If another user is logged in or acted for meanwhile, it sends nothing more, and throws ApiError.
export function callAsNow() {
  const whose = () => `${session.value?.id} ${acting.value?.id}`;
  const begun = whose();
  return (sent, options) => {
    if (whose() === begun) return call(sent, options);
    throw new ApiError(401, { info: text.restNotDone, code: "unauthorized" });
  };
}

// Sends a request to a public URL, and returns what is answered, also an error: `{ status, headers, bytes, ms }`. A browser hides
// redirects: then `status` is 0. Without an answer it is ApiError, which does not mean that the server is away: a mock can break a connection.
export async function exchange(sent, { signal } = {}) {
  const begun = performance.now();
  const note = noted(sent);
  try {
    const response = await fetched(sent, new Headers(sent.headers), signal, "manual");
    const bytes = new Uint8Array(await response.arrayBuffer());
    const ms = performance.now() - begun;
    note(response.status, ms);
    return { status: response.status, headers: response.headers, bytes, ms };
  } catch (ex) {
    note(0, performance.now() - begun);
    if (ex.name === "AbortError") throw ex;
    throw new ApiError(0, { info: text.noExchange, code: "no_answer" });
  }
}

// Yields the rows of an NDJSON stream; an empty line, which keeps the connection alive, is undefined. Ends with the stream.
export async function* rowsOf(sent, signal) {
  const response = await responseOf(addressed(sent), signal);
  if (!response.ok) throw problemOf(new Answer(response, new Uint8Array(await response.arrayBuffer())));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) yield line.trim() ? JSON.parse(line) : undefined;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

// `clock.begun` becomes the moment from which the call took its time: that in which the user logs in again is not of the call.
async function responseOf(asked, signal, clock = {}) {
  // NOTE: a browser takes these for steps in the path, also if they are escaped, and would call another URL.
  if (asked.segments.some((one) => one === "." || one === "..")) throw new ApiError(404, { info: text.noSuchName, code: "not_found" });
  for (let isRepeated = false; ; isRepeated = true) {
    const used = session.value;
    clock.begun = performance.now();
    const headers = new Headers(asked.headers);
    if (used && !asked.isPublic) headers.set("Authorization", `Bearer ${used.token}`);
    const response = await answerOf(asked, headers, signal);
    // NOTE: a user without a login sees the login page instead, so a 401 here is the end of a session.
    if (response.status !== 401 || asked.isPublic || !used || isRepeated) return response;
    const took = performance.now() - clock.begun;
    if (session.value === used) await renewed();
    clock.begun = performance.now() - took;
    // NOTE: what one user sent is never repeated as another one.
    if (session.value?.id !== used.id) throw new ApiError(401, { info: text.notRepeated(used.user), code: "unauthorized" });
  }
}

function fetched(asked, headers, signal, redirect) {
  const { method } = asked;
  // NOTE: of a string, a browser says that it is text/plain.
  const body = typeof asked.body === "string" ? new TextEncoder().encode(asked.body) : asked.body;
  return fetch(API_URL + pathOf(asked), { method, headers, body, signal, redirect, cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" });
}

async function answerOf(asked, headers, signal) {
  try {
    const response = await fetched(asked, headers, signal, "error");
    if (reachable.value === "offline") forgetErrors(text.noAnswerOfServer);
    reachable.value = "online";
    return response;
  } catch (ex) {
    if (ex.name !== "AbortError") {
      reachable.value = "offline";
      throw noAnswer();
    }
    throw ex;
  }
}

// Returns the request with the user for which the admin acts.
export function addressed(sent) {
  const isActing = acting.value && ACTING.has(sent.segments[0]) && !sent.isPublic && !sent.query.userid;
  return isActing ? withQuery(sent, { userid: acting.value.id }) : sent;
}

const noAnswer = () => new ApiError(0, { info: text.noAnswerOfServer, code: "no_answer" });

function noted(asked) {
  const request = asked.body?.length > MOST_KEPT ? { ...asked, body: asked.body.slice(0, MOST_KEPT) } : asked;
  const entry = { id: ++lastId, request, status: null, ms: null, time: Date.now() };
  recent.value = [entry, ...recent.value].slice(0, MOST_RECENT);
  return (status, ms) => {
    recent.value = recent.value.map((one) => (one.id === entry.id ? { ...one, status, ms } : one));
  };
}

function problemOf(answer) {
  try {
    const found = answer.json();
    return new ApiError(answer.status, found.error ? { info: found.error_description ?? found.error, code: found.error } : found, answer.headers);
  } catch {
    return new ApiError(answer.status, {}, answer.headers);
  }
}

// Logs in with a name and a password, or `{ code }`; the token is kept, and neither of them.
export async function logIn(login) {
  const answer = await call(request("POST", ["auth", "token"], { body: { json: login }, isPublic: true }), { isQuiet: true });
  await beginWith(answer.json());
}

async function beginWith({ access_token: token, expires_in: seconds }) {
  const found = await described(token, Date.now() + seconds * 1000);
  if (!(await beginAs(found))) await endOnServer(found).catch(() => {});
}

// Begins a session in place of that which this tab has; returns whether, since the user may keep a draft instead. The old one ends on the
// server as well, unless it has ended already.
async function beginAs(found) {
  const isOther = session.value && session.value.id !== found.id;
  // NOTE: the page of another user is a new one, without what is typed into this one.
  if (isOther && questionNow() && !(await mayReplace(session.value, found))) return false;
  const old = needsLogin.value?.hasEnded ? null : session.value;
  begin(found);
  if (old && old.token !== found.token) await endOnServer(old).catch(() => {});
  return true;
}

const refusedToken = () => new ApiError(401, { info: text.tokenRefused, code: "unauthorized" });

const bearing = (token) => ({ Authorization: `Bearer ${token}` });

// Logs in with a token that the user has.
export async function logInWith(token) {
  const found = await described(token, null);
  const { exp } = (await call(request("POST", ["auth", "introspect"], { body: { json: { token } }, headers: bearing(token), isPublic: true }), { isQuiet: true })).json();
  await beginAs({ ...found, ends: exp ? exp * 1000 : null });
}

// Returns the session that a token makes, without beginning it.
export const sessionWith = (token) => described(token, null);

// Sets the password of the user that has a one-time code, and logs in as that user.
export async function acceptCode(code, password) {
  const answer = await call(request("POST", ["auth", "accept"], { body: { json: { code, password } }, isPublic: true }), { isQuiet: true });
  await beginWith(answer.json());
}

// Ends the session on the server and here; a named token stays valid.
export async function logOut() {
  const old = session.value;
  end();
  await endOnServer(old);
}

// Asks whether what one user has typed may be lost, as another one logs in.
const mayReplace = ({ user }, found) => confirm({ title: text.otherTitle(found.user), detail: text.otherDetail(user), action: text.login });

async function endOnServer({ token, scopes }) {
  try {
    if (!scopes) await call(request("POST", ["auth", "logout"], { headers: bearing(token), isPublic: true }), { isQuiet: true });
  } catch (ex) {
    if (ex.status !== 401) throw ex;
  }
}

async function described(token, ends) {
  // NOTE: a browser sends no header with other characters.
  if (!/^[\x21-\x7e]+$/.test(token)) throw refusedToken();
  const who = (await call(request("GET", ["auth", "test"], { headers: bearing(token), isPublic: true }), { isQuiet: true })).json();
  if (who.authenticated !== "True") throw refusedToken();
  return { token, ends, user: who.user, id: who.id, admin: who.admin === "True", scopes: who.scopes?.split(" ") ?? null, name: who.name };
}
