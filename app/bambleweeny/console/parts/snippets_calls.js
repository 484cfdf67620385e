// The table of calls: which command and which method of a client does what a request does. Pure.
//
// A call is `{ on, body, takes, ignores, cli, python, javascript }`. `on` is a method and a path, with the query parameters that the call
// needs (`?return=old` with that value, `?wait` with any). `body` is VALUE, DOCUMENT, PATCH or FIELDS, or absent if there is none. Each
// form is a template, or `[template, takes]` if it takes other options than `takes`, which is `userid` if it is absent; `{name}` in it is
// a part of the path, a query parameter or a field of the body. A word before a method says what is done with its result: `print`, `text`
// (of a Value), `token` (of a sandbox), `for` each, or `first` (for each of as many as the limit). With `hasNulls` a field that is null
// is as one that is absent; with `isStream` the call is a stream; `with` has fields of the body with fixed values.
// An option `for=extend` is the input `for` under the name `extend`. Of calls that match, the first that can express the request is used.

export const [VALUE, DOCUMENT, PATCH, FIELDS] = ["value", "document", "patch", "fields"];

const CONDITION = "if_match if_none_match userid";
const WRITING = `ttl keep_ttl type ${CONDITION}`;
const PAGE = "prefix after limit userid";
const PUSHING = "delay ttl front userid";
const LIMITS = "quota role max_bytes rate burst max_value max_tokens";
const RULES = "lease max_attempts dead_letter max_len overflow ttl paused userid";
const IMPORTING = "id name prefix only journal userid";
const [USERID, NOTHING] = ["userid", ""];

const listing = (noun) => [
  { on: `GET ${noun}?count=1`, takes: "prefix userid", cli: `${noun} --count`, python: `print ${noun}.count()`, javascript: `print ${noun}.count()` },
  { on: `GET ${noun}`, takes: PAGE, cli: noun, python: `for ${noun}.list()`, javascript: `print ${noun}.list()` },
];

const KEYS = [
  { on: "GET keys/{name}?wait", cli: ["get {name}", "wait touch path userid"], python: ["print keys.wait({name}, seconds={wait})", USERID], javascript: ["text keys.get({name})", `wait touch path ${CONDITION}`] },
  { on: "GET keys/{name}", takes: "touch path userid", cli: "get {name}", python: "print keys.get({name})", javascript: ["text keys.get({name})", `touch path ${CONDITION}`] },
  { on: "PUT keys/{name}?return=old", body: VALUE, takes: WRITING, python: "print keys.replace({name}, {value})", javascript: "text keys.replace({name}, {value})" },
  { on: "PUT keys/{name}", body: VALUE, takes: WRITING, cli: "set {name} {value}", python: "keys.set({name}, {value})", javascript: "keys.set({name}, {value})" },
  { on: "PATCH keys/{name}", body: PATCH, takes: `ttl ${CONDITION}`, cli: "patch {name} {document}", python: "keys.patch({name}, {bytes})" },
  { on: "PATCH keys/{name}?ttl", takes: CONDITION, cli: "expire {name} {ttl}", python: "keys.expire({name}, {ttl})", javascript: "keys.expire({name}, {ttl})" },
  { on: "DELETE keys/{name}?return=old", takes: CONDITION, python: "print keys.take({name})", javascript: "text keys.take({name})" },
  { on: "DELETE keys/{name}", takes: CONDITION, cli: "del {name}", python: "keys.delete({name})", javascript: "keys.delete({name})" },
  { on: "DELETE keys?prefix&confirm=1", cli: ["del --confirm", "prefix userid"], python: ["print keys.delete_all({prefix})", USERID] },
  { on: "GET keys?meta=1", takes: PAGE, cli: "keys --meta", python: "first keys.list_meta()" },
  { on: "GET keys?names&values=1", python: "print keys.get_many({names})", javascript: "print keys.getMany({names})" },
  { on: "GET keys?values=1", takes: PAGE, python: "first keys.list_values()" },
  { on: "GET keys?delimiter", cli: ["keys", `delimiter ${PAGE}`], python: ["print keys.groups({delimiter})", "prefix after userid"] },
  ...["POST", "GET"].map((method) => ({ on: `${method} incr/{name}`, takes: "by max min ttl userid", cli: "incr {name}", python: "print keys.incr({name})", javascript: "print keys.incr({name})" })),
  ...listing("keys"),
];

const LISTS = [
  { on: "POST lists/{name}?split=lines", body: VALUE, ignores: "type", takes: PUSHING, cli: "push {name} {value} --lines", python: "print lists.push_lines({name}, {value})", javascript: "print lists.pushLines({name}, {value})" },
  { on: "POST lists/{name}", body: VALUE, ignores: "type", takes: `key ${PUSHING}`, cli: "push {name} {value}", python: "print lists.push({name}, {value})", javascript: "print lists.push({name}, {value})" },
  ...["POST lists/{name}/pop", "GET lists/{name}"].flatMap((on) => [
    { on: `${on}?max`, cli: ["pop {name}", "max wait userid"], python: ["print lists.pop_many({name}, {max})", "wait userid"], javascript: ["print lists.popMany({name}, {max})", "wait userid"] },
    { on, takes: "wait userid", cli: "pop {name}", python: "print lists.pop({name})", javascript: "text lists.pop({name})" },
  ]),
  { on: "POST lists/{name}/lease", takes: "max for wait userid", cli: "lease {name}", python: "for lists.lease({name})" },
  { on: "DELETE lists/{name}/leases/{lease}", cli: "ack {name} {lease}", python: "lists.ack({name}, {lease})" },
  { on: "PATCH lists/{name}/leases/{lease}?for", cli: ["ack {name} {lease}", "for=extend userid"], python: ["lists.extend({name}, {lease}, {for})", USERID] },
  { on: "PATCH lists/{name}/leases/{lease}", python: "lists.extend({name}, {lease})" },
  { on: "POST lists/{name}/ack", body: FIELDS, cli: changed, python: ["print lists.change({name})", "ack retry extend bury userid"] },
  { on: "GET lists/{name}/items", takes: "state order limit after wait preview userid", cli: "items list {name}", python: "for lists.items({name})", javascript: "print lists.items({name})" },
  { on: "DELETE lists/{name}/items", takes: "state userid", cli: "items purge {name}", python: "print lists.purge({name})" },
  { on: "GET lists/{name}/items/{id}?raw=1", cli: "items get {name} {id}", python: "print lists.item({name}, {id})" },
  { on: "PATCH lists/{name}/items/{id}?state=ready", cli: "items deliver {name} {id}", python: "print lists.deliver({name}, {id})", javascript: "print lists.deliver({name}, {id})" },
  { on: "PATCH lists/{name}/items/{id}?state=dead", takes: "reason userid", cli: "items bury {name} {id}", python: "print lists.bury({name}, {id})", javascript: "print lists.bury({name}, {id})" },
  { on: "GET lists/{name}/items/{id}", cli: "items get {name} {id}", python: "print lists.item({name}, {id})" },
  { on: "DELETE lists/{name}/items/{id}", cli: "items del {name} {id}", python: "lists.delete_item({name}, {id})" },
  { on: "POST lists/{name}/move", body: FIELDS, takes: "state max userid", cli: "items move {name} {to}", python: "print lists.move({name}, {to})" },
  { on: "GET lists/{name}/stats", cli: "stats {name}", python: "print lists.stats({name})" },
  { on: "GET lists/{name}/policy", cli: "policy get {name}", python: "print lists.policy({name})" },
  { on: "PUT lists/{name}/policy", body: FIELDS, hasNulls: true, takes: RULES, cli: "policy set {name}", python: "lists.set_policy({name})" },
  { on: "DELETE lists/{name}/policy", cli: "policy del {name}", python: "lists.delete_policy({name})" },
  { on: "DELETE lists/{name}", cli: "lists del {name}", python: "lists.delete({name})", javascript: "lists.delete({name})" },
  { on: "GET lists?stats=1", takes: PAGE, cli: "lists --stats", python: "for lists.list_stats()", javascript: "print lists.listStats()" },
  ...listing("lists"),
];

const TOPICS = [
  { on: "POST topics/{name}", body: VALUE, takes: "type userid", cli: "publish {name} {value}", python: "print topics.publish({name}, {value})", javascript: "print topics.publish({name}, {value})" },
  { on: "GET topics/{name}", isStream: true, takes: "since last userid", cli: "follow {name}", python: "for topics.subscribe({name})", javascript: "for topics.subscribe({name})" },
  // The command's default is all messages, the API's only new ones.
  { on: "GET topics/{name}", takes: "since last wait limit userid", cli: ({ since, last, wait }) => (since ?? last ?? wait) && "topics read {name}", python: "for topics.read({name})", javascript: "print topics.read({name})" },
  { on: "DELETE topics/{name}", cli: "topics del {name}", python: "topics.delete({name})", javascript: "topics.delete({name})" },
  ...listing("topics"),
  { on: "GET events", ignores: "accept", takes: "keys lists topics routes bins kinds userid", cli: "events", python: "for events()", javascript: "for events()" },
];

const published = (noun, command) => [
  { on: `GET ${noun}?id`, cli: `${command} show {id}`, python: `print ${noun}.get({id})`, javascript: `print ${noun}.get({id})` },
  { on: `GET ${noun}`, cli: command, python: `for ${noun}.list()`, javascript: `print ${noun}.list()` },
  { on: `POST ${noun}`, body: DOCUMENT, cli: `${command} set {document}`, python: `print ${noun}.set({document})`, javascript: `print ${noun}.set({document})` },
  { on: `PUT ${noun}?id`, body: DOCUMENT, cli: [`${command} set {document}`, "id userid"], python: [`print ${noun}.set({document}, {id})`, USERID], javascript: [`print ${noun}.set({document})`, "id userid"] },
  { on: `DELETE ${noun}?id`, cli: `${command} del {id}`, python: `${noun}.delete({id})`, javascript: `${noun}.delete({id})` },
];

const ROUTES = [
  { on: "POST routes", body: FIELDS, cli: "route add {key} {content_type}", python: "print routes.create({key}, {content_type})", javascript: "print routes.create({key}, {content_type})" },
  { on: "POST routes?from", body: VALUE, ignores: "type", cli: ["route import {file}", `from ${IMPORTING}`], python: ["print routes.import_({from}, {bytes})", IMPORTING] },
  { on: "POST routes?from", body: DOCUMENT, javascript: ["print routes.import_({from}, {document})", "name prefix only journal userid"] },
  { on: "PUT routes?from&id", body: VALUE, ignores: "type", cli: ["route import {file}", `from ${IMPORTING}`], python: ["print routes.import_({from}, {bytes})", IMPORTING] },
  { on: "POST routes/verify?id", body: DOCUMENT, takes: "wait since userid", cli: "route verify {id} {document}", python: "print routes.verify({id}, {document})", javascript: "print routes.verify({id}, {document})" },
  { on: "POST routes/reset?id", cli: "route reset {id}", python: "routes.reset({id})", javascript: "routes.reset({id})" },
  ...published("routes", "route"),
  { on: "GET routes/{id}", takes: NOTHING, python: "print routes.read({id})", javascript: "text routes.read({id})" },
];

const BINS = [
  { on: "POST bins", body: FIELDS, cli: "bin add {list}", python: "print bins.create({list})", javascript: "print bins.create({list})" },
  ...published("bins", "bin"),
  { on: "GET bins/refused?id", cli: "bin refused {id}", python: "print bins.refused({id})" },
  { on: "POST bins/{id}", body: VALUE, takes: NOTHING, python: "bins.post({id}, {value})", javascript: "bins.post({id}, {value})" },
];

const TOKENS = [
  { on: "POST tokens", body: FIELDS, cli: ["token add {name}", "scopes ttl rate userid"], python: ["print tokens.add({name}, {scopes})", "ttl rate userid"], javascript: ["print tokens.add({name}, {scopes})", "ttl rate userid"] },
  { on: "GET tokens", cli: "token list", python: "for tokens.list()", javascript: "print tokens.list()" },
  { on: "PATCH tokens/{id}", body: FIELDS, takes: "name scopes ttl rate userid", cli: "token set {id}", python: "print tokens.change({id})", javascript: "print tokens.change({id})" },
  { on: "POST tokens/{id}/rotate", takes: "overlap userid", cli: "token rotate {id}", python: "print tokens.rotate({id})", javascript: "print tokens.rotate({id})" },
  { on: "DELETE tokens/{id}", cli: "token revoke {id}", python: "tokens.revoke({id})", javascript: "tokens.revoke({id})" },
  { on: "DELETE tokens?confirm=1", cli: "token revoke --all", python: "print tokens.revoke_all()", javascript: "print tokens.revokeAll()" },
  { on: "GET auth/test", takes: NOTHING, cli: "token test", python: "print tokens.test()", javascript: "print tokens.test()" },
  { on: "POST auth/code", takes: NOTHING, cli: "console --print", python: "print login_code()" },
  { on: "POST auth/token", body: FIELDS, takes: NOTHING, python: "print tokens.use_code({code})" },
  { on: "POST auth/logout", takes: NOTHING, python: "logout()", javascript: "logout()" },
  { on: "POST auth/revoke", body: FIELDS, takes: NOTHING, python: "tokens.revoke_text({token})", javascript: "tokens.revokeText({token})" },
  { on: "POST auth/introspect", body: FIELDS, takes: NOTHING, python: "print tokens.introspect({token})", javascript: "print tokens.introspect({token})" },
  { on: "PUT auth/password", body: FIELDS, takes: "current", cli: "password {password}", python: "set_password({password})", javascript: "setPassword({password})" },
  { on: "PUT config/admin", body: FIELDS, takes: NOTHING, python: "set_admin_password({password})" },
  { on: "POST auth/accept", body: FIELDS, takes: NOTHING, cli: "accept {code} {password}", python: "print users.accept({code}, {password})" },
];

const SANDBOXES = [
  { on: "POST sandboxes", body: VALUE, ignores: "type", takes: "ttl name from userid", cli: "sandboxes add {file}", python: "token sandboxes.create({value})", javascript: "token sandboxes.create({value})" },
  { on: "POST sandboxes", takes: "ttl name from userid", cli: "sandboxes add", python: "token sandboxes.create()", javascript: "token sandboxes.create(undefined)" },
  { on: "GET sandboxes", cli: "sandboxes list", python: "for sandboxes.list()", javascript: "print sandboxes.list()" },
  { on: "GET sandboxes/{id}", cli: "sandboxes show {id}", python: "print sandboxes.get({id})", javascript: "print sandboxes.get({id})" },
  { on: "PATCH sandboxes/{id}?ttl", cli: "sandboxes extend {id} {ttl}", python: "print sandboxes.extend({ttl}, id={id})", javascript: "print sandboxes.extend({id}, {ttl})" },
  { on: "DELETE sandboxes/{id}", cli: "sandboxes del {id}", python: "sandboxes.delete({id})", javascript: "sandboxes.delete({id})" },
  { on: "POST sandboxes/{id}/reset", takes: "to userid", cli: "sandboxes reset {id}", python: "sandboxes.reset({id})", javascript: "sandboxes.reset({id})" },
  { on: "PUT sandboxes/{id}/snapshots/{name}", cli: "sandboxes snapshot {id} {name}", python: "sandboxes.snapshot({name}, {id})", javascript: "sandboxes.snapshot({id}, {name})" },
  { on: "DELETE sandboxes/{id}/snapshots/{name}", cli: "sandboxes snapshot {id} {name} --delete", python: "sandboxes.delete_snapshot({name}, {id})", javascript: "sandboxes.deleteSnapshot({id}, {name})" },
];

const USERS = [
  { on: "GET users", takes: NOTHING, cli: "users", python: "for users.list()" },
  { on: "POST users", body: FIELDS, with: { invite: true }, takes: `${LIMITS} ttl`, cli: "users invite {username}", python: "print users.invite({username})" },
  { on: "POST users", body: FIELDS, takes: LIMITS, cli: "users add {username} {password}", python: "print users.create({username}, {password})" },
  { on: "GET users/{user}", takes: NOTHING, cli: "users get {user}", python: "print users.get({user})" },
  { on: "PUT users/{user}", body: FIELDS, cli: ["users set {user} {password} --set-password", LIMITS], python: ["users.update({user})", `password ${LIMITS}`] },
  { on: "PUT users/{user}", body: FIELDS, takes: LIMITS, cli: "users set {user}" },
  { on: "DELETE users/{user}", takes: NOTHING, cli: "users del {user}", python: "users.delete({user})" },
  { on: "POST users/{user}/reset", takes: "ttl", cli: "users reset {user}", python: "print users.reset({user})" },
];

const SERVER = [
  { on: "GET usage", cli: "usage", python: "print usage()", javascript: "print usage()" },
  { on: "GET audit", isStream: true, cli: ["audit --follow", "since action last userid"], python: ["for follow_audit()", "since action last userid"], javascript: ["for followAudit()", "after action userid"] },
  { on: "GET audit", takes: "since action after limit last userid", cli: ["audit", "since action last userid"], python: "for audit()", javascript: "print audit()" },
  { on: "GET export", cli: "export -", python: "for export()" },
  { on: "POST import?dry_run=1", body: VALUE, ignores: "type", takes: "mode userid", cli: "import {file} --dry-run", python: "print plan_import({lines})" },
  { on: "POST import", body: VALUE, ignores: "type", takes: "mode userid", cli: "import {file}", python: "print import_({lines})" },
  { on: "GET info", takes: NOTHING, cli: "info", python: "print info()" },
  { on: "GET save", takes: NOTHING, cli: "save", python: "save()" },
  { on: "GET ", takes: NOTHING, python: "print about()", javascript: "print about()" },
  { on: "GET healthz", takes: NOTHING, python: "print health()", javascript: "print health()" },
  { on: "GET readyz", takes: NOTHING, python: "print ready()" },
  { on: "GET metrics", takes: NOTHING, python: "print metrics()" },
  { on: "GET openapi.json", takes: NOTHING, python: "print openapi()" },
];

// All calls.
export const CALLS = [...KEYS, ...LISTS, ...TOPICS, ...ROUTES, ...BINS, ...TOKENS, ...SANDBOXES, ...USERS, ...SERVER].map(({ on, ...call }) => {
  const [, method, path, query] = /^(\S+) ([^?]*)\??(.*)$/.exec(on);
  return { method, path: path ? path.split("/") : [], query: Object.fromEntries(new URLSearchParams(query)), takes: USERID, ...call };
});

// The command `ack` does one thing with all its leases.
function changed(inputs) {
  const verbs = ["ack", "retry", "extend", "bury"].filter((verb) => inputs[verb]?.length);
  if (verbs.length !== 1) return undefined;
  const [verb] = verbs;
  const [leases, detail] = [inputs[verb], { retry: "delay", extend: "for", bury: "reason" }[verb]];
  for (const name of ["ack", "retry", "extend", "bury"]) delete inputs[name];
  inputs.leases = leases.map((one) => one.lease ?? one);
  const details = new Set(leases.map((one) => one[detail]));
  if (details.size !== 1) return undefined;
  const [shared] = details;
  if ((shared === undefined) !== (verb === "ack")) return undefined;
  if (verb !== "ack") inputs[verb] = String(shared);
  return ["ack {name} {leases}", "retry extend bury userid"];
}
