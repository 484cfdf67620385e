// The sentences of the page of users.
import { number } from "../parts/format.js";
import { plurals } from "../parts/plurals.js";

const { counted } = plurals("en");
const REQUESTS = { one: "request", other: "requests" };
const people = new Intl.ListFormat("en");
const NOUNS = {
  keys: { one: "key", other: "keys" }, lists: { one: "list", other: "lists" }, topics: { one: "topic", other: "topics" }, routes: { one: "route", other: "routes" }, bins: { one: "bin", other: "bins" },
};

export const text = {
  title: "Users",
  intro: "A user is a login with a password, and has its keys, lists, topics, routes and bins apart from those of all others.",
  columns: { name: "Name", id: "Id", role: "Role", quota: "Quota", limits: "Limits", usage: "Usage" },
  filter: "Names that contain",
  none: "No user has such a name.",
  showUsage: "Show usage",
  showUsageHint: "One call for each user in view; the audit trail notes that you looked",
  usage: (whole, size) => `${whole}, ${size}`,
  unknown: "not allowed",
  unlimited: "no limit",
  invited: "invited",
  add: "New user",
  back: "All users",

  orToken: "A colleague who needs only a part of your data needs no user:",
  giveToken: "Give a colleague a prefix",
  cancel: "Cancel",
  name: "Name",
  how: "How does this user get a password?",
  ways: { invite: "By an invitation: the user sets a password with a one-time code", password: "You set it" },
  ttl: "The code is valid for",
  ttls: { "1h": "1 hour", "1d": "1 day", "7d": "7 days", "30d": "30 days" },
  password: "Password",
  role: "Role",
  roles: { user: "user", admin: "admin: manages the users and the server" },
  limits: "Limits",
  limitNames: { quota: "Keys, lists, topics, routes and bins", max_bytes: "Bytes of all data", rate: "Rate", burst: "Requests at once", max_value: "Bytes of a value", max_tokens: "Tokens" },
  limitHints: { quota: "no limit", max_bytes: "no limit", rate: "no limit", burst: "as the rate", max_value: "no limit", max_tokens: "100" },
  limitHelps: { quota: "Such as 1000, all together.", max_bytes: "Such as 64mb.", rate: "Requests, such as 100/s.", burst: "Such as 200.", max_value: "Such as 1mb.", max_tokens: "Such as 20." },
  make: "Add the user",
  added: (name) => `The user ${name} is added.`,
  save: "Save",
  saved: "Saved. It counts from the next call on.",

  codeTitle: (name) => `A one-time code for ${name}`,
  codeOnce: (until) => `It is shown this once, can be used once, and is valid until ${until}. Send one of these to the user.`,
  link: "A link for the browser",
  line: "A line for the command line",
  code: "The code",
  done: "I have copied it",

  id: (id) => `User ${id}`,
  noSuch: "There is no such user. It may have been deleted.",
  actAs: "Act as this user",
  actAsHint: "You then see and change this user's data, as this user would. The audit trail notes it.",
  you: "This is you.",
  stores: "Stores",
  looked: "That you look at this is an entry act_as in the audit trail.",
  counts: { keys: "Keys", lists: "Lists", topics: "Topics", routes: "Routes", bins: "Bins" },
  bytes: "Bytes",
  idempotencyKeys: (count) => `They include ${counted(count, { one: "idempotency key", other: "idempotency keys" })} of 64 bytes. Each is kept for 24 hours, or until its list is deleted.`,
  of: (used, limit) => `${used} of ${limit}`,
  traffic: "Requests of 35 days",
  trafficNone: "No requests in the last 35 days.",
  trafficSum: (requests, failed) => `${counted(requests, REQUESTS)} in 35 days, ${number(failed)} of which failed`,
  trafficDay: (day, requests, failed) => `${day}: ${counted(requests, REQUESTS)}, ${number(failed)} failed`,
  trafficColumns: { day: "Day", requests: "Requests", in: "Received", out: "Sent", client: "4xx", server: "5xx" },
  most: (count) => `at most ${count} a day`,
  succeeded: "answered",
  failed: "4xx or 5xx",

  access: "Access",
  toAdmin: "Make an admin",
  toUser: "Make a plain user",
  toAdminTitle: (name) => `Make ${name} an admin?`,
  toAdminDetail: "An admin may do everything: also read all data, and delete, demote and reset other admins.",
  toUserTitle: (name) => `Make ${name} a plain user?`,
  toUserDetail: "The user keeps all data, and manages no users any more.",
  newPassword: "New password",
  setPassword: "Set password",
  passwordSet: (name) => `The password of ${name} is set. Its logins have ended; tokens stay.`,
  reset: "Make a reset code",
  resetHint: "With the code the user sets a new password. The old password is valid until then.",
  remove: "Delete this user",
  removeTitle: (name) => `Delete ${name}?`,
  removeDetail: (counts, size) => `This deletes ${what(counts)} (${size}), and all tokens of this user. It cannot be undone.`,
  removeUnknown: "This deletes all data and all tokens of this user. It cannot be undone.",
  removed: (name) => `The user ${name} is deleted.`,
};

function what(counts) {
  const some = Object.entries(NOUNS).filter(([noun]) => counts[noun] > 0).map(([noun, forms]) => counted(counts[noun], forms));
  return some.length ? people.format(some) : "no data";
}
