// Documents to begin a route with. Pure.
const rules = (name, all, more = {}) => ({ name, journal: `${name}-calls`, ...more, rules: all });

// By name: a function that returns the document of a route with a name.
export const TEMPLATES = {
  get: (name) =>
    rules(name, [
      { name: "user", method: "GET", path: "/users/{id:int}", answers: [{ json: { id: "!@[$path.id|int]", name: "Ann", asked: "!@[$now]" } }] },
      { name: "other", path: "/**", answers: [{ status: 404, json: { error: "no !@[$url]" } }] },
    ]),
  one: (name) =>
    rules(name, [{ name: "user 7", method: "GET", path: "/users/7", answers: [{ json: { id: 7, name: "Ann" } }] }]),
  collection: (name) => rules(name, [{ name: "todos", path: "/todos", collection: `${name}:todo:` }]),
  sequence: (name) => rules(name, [{ name: "pay", method: "POST", path: "/pay", answers: [{ status: 503 }, { status: 503 }, { json: { paid: true } }], order: "last" }]),
  faults: (name) =>
    rules(name, [
      { name: "slow", path: "/slow", answers: [{ delay_ms: [300, 1500], text: "done" }] },
      { name: "broken", path: "/broken", answers: [{ fault: "reset" }] },
      { name: "cut", path: "/cut", answers: [{ fault: "cut", text: "only the beginning of this comes" }] },
    ]),
  state: (name) =>
    rules(name, [
      { name: "paid", method: "POST", path: "/orders/{id:int}/pay", when: { key: { [`${name}:order:$path.id`]: false } }, then: [["set", `${name}:order:$path.id`, "paid", { ttl: "1h" }]], answers: [{ status: 201 }] },
      { name: "twice", method: "POST", path: "/orders/{id:int}/pay", answers: [{ status: 409 }] },
      { name: "state", method: "GET", path: "/orders/{id:int}", answers: [{ json: { id: "!@[$path.id|int]", state: `!@[${name}:order:$path.id|default:new]` } }] },
    ]),
};

// The request that shows most of a template, as parameters of the page of its route.
export const FIRST_CALLS = {
  get: { method: "GET", path: "/users/7" },
  one: { method: "GET", path: "/users/7" },
  collection: { method: "POST", path: "/todos", body: '{"title":"tea"}' },
  sequence: { method: "POST", path: "/pay" },
  faults: { method: "GET", path: "/slow" },
  state: { method: "POST", path: "/orders/7/pay" },
};

// Returns a request for the first rule of a document, as far as it can be seen from its path.
export function firstCallOf({ rules: [rule] = [] }) {
  if (!rule) return { method: "GET" };
  const path = (rule.path ?? "").replace(/\{\w+:int\}/g, "7").replace(/\{\w+:uuid\}/g, "6f1c7b52-7d0e-4f0e-9f0a-3c2f6a1d0b11").replace(/\{\w+\}|\*+/g, "a");
  return { method: [rule.method ?? "GET"].flat()[0], path };
}

// Returns the text of a document with a journal.
export const withJournal = (text, journal) => text.replace(/^\s*\{/, (start) => `${start}\n  "journal": ${JSON.stringify(journal)},`);
