// The five first things that a user makes; each is one call. Pure.
import { to } from "../address.js";
import { request } from "../request.js";

const NAME = "hello";
const TAKEN = new Set(["bin_name_taken", "route_name_taken"]);
const MOCK = { name: NAME, rules: [{ method: "GET", path: "/users/{id:int}", answers: [{ json: { id: "!@[$path.id|int]", name: "Ada" } }] }] };

// Returns the `own` of a card: the call that lists its thing, if it exists, and whether an answer has it.
const listed = (noun, name) => ({ request: request("GET", [noun], { query: { prefix: name, limit: 1 } }), isIn: (answer) => answer[noun].some(({ key }) => key === name) });
const made = (noun) => ({ request: request("GET", [noun]), isIn: (answer) => answer[noun].some(({ name }) => name === NAME) });

// `noun` is what the card makes, as /usage counts it; `href` is its page, and `all` that of all of its noun. `publicPath(owner)` is where strangers reach it. `send` is a call that tries it.
export const CARDS = [
  { name: "key", noun: "keys", request: request("PUT", ["keys", NAME], { body: "world" }), href: to("keys", NAME), all: to("keys"), own: listed("keys", NAME) },
  { name: "queue", noun: "lists", request: request("POST", ["lists", "jobs"], { body: { json: { resize: "photo-1.jpg" } } }), href: to("lists", "jobs"), all: to("lists"), own: listed("lists", "jobs") },
  {
    name: "webhook", noun: "bins", request: request("POST", ["bins"], { body: { json: { name: NAME, list: "hooks", keep: "request" } } }), href: to("inbox", NAME), all: to("inbox"), own: made("bins"),
    publicPath: (owner) => ["bins", `@${owner}`, NAME], send: (path) => request("POST", path, { body: { json: { event: "paid" } }, isPublic: true }),
  },
  {
    name: "mock", noun: "routes", request: request("POST", ["routes"], { body: { json: MOCK } }), href: to("routes", NAME), all: to("routes"), own: made("routes"),
    publicPath: (owner) => ["routes", `@${owner}`, NAME, "users", "7"], send: (path) => request("GET", path, { isPublic: true }),
  },
  { name: "topic", noun: "topics", request: request("POST", ["topics", "news"], { body: "hello" }), href: to("topics", "news"), all: to("topics"), own: listed("topics", "news") },
];

// Whether a call was refused because the card was already done.
export const wasMade = ({ code }) => TAKEN.has(code);

// Returns the address of what an event is about.
export function addressOf({ event, name }) {
  const noun = event.split(".")[0];
  return { key: to("keys", name), list: to("lists", name), topic: to("topics", name), route: to("routes", name), bin: to("inbox", name) }[noun];
}
