// The sentences of the page of the audit trail.
import { number } from "../parts/format.js";
import { plurals } from "../parts/plurals.js";

const { counted } = plurals("en");
const ENTRIES = { one: "entry", other: "entries" };

export const text = {
  title: "Audit",
  intro: "Who did what: logins, changes of users, passwords and tokens, exports and imports, and what was refused.",
  introOwn: "What you did and what was done to your login: logins, passwords, tokens, exports and imports, and what was refused.",
  columns: { action: "Action", outcome: "Outcome", time: "Time", actor: "User", target: "About", address: "Address" },
  filter: "Find in what is shown",
  action: "Action",
  actions: {
    "": "all actions", login: "logins", logout: "logouts", user: "users", password: "passwords", code: "refused codes", token: "tokens", act_as: "acting as a user",
    "export,import": "exports and imports", "forbidden,rate_limited": "refused calls",
  },
  user: "User",
  everybody: "all users",
  period: "Period",
  periods: { newest: "the newest 1,000", "1h": "the last hour", "1d": "the last day", "7d": "the last 7 days", all: "all that is kept" },
  pause: "Pause",
  resume: "Resume",
  states: { live: "New entries appear at once.", connecting: "Connecting…", paused: "Paused. Resume reads what has happened meanwhile.", polling: "No stream is free; trying again." },
  count: (shown, whole) => (shown === whole ? counted(whole, ENTRIES) : `${number(shown)} of ${counted(whole, ENTRIES)}`),
  none: "No entry matches.",
  details: "Entry",
  fields: { id: "Id", time: "Time", action: "Action", outcome: "Outcome", actor: "User", actor_id: "Id of the user", token: "Token", address: "Address", request_id: "Request", target: "About" },
  close: "Close",
};
