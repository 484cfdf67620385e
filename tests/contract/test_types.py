"""The declarations for TypeScript have what the two JavaScript modules have, and check programs."""

import json
from pathlib import Path

import pytest
import requests
from node import Node
from npm import npm_tools

RUNNERS = Path(__file__).parent.parent / "runners"
OPTIONS = ("--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2022,dom", "--module", "nodenext")  # fmt: skip
NAMES = """
import * as client_module from "./bambleweeny.mjs";
import * as sandboxes_module from "./bambleweeny-sandboxes.mjs";
const own = (of) => [...Object.keys(of), ...Object.getOwnPropertyNames(Object.getPrototypeOf(of))];
const names = { Client: own(client), Batch: own(client.batch()), Value: own(new Value(new Uint8Array(), "")) };
for (const noun of ["keys", "lists", "topics", "routes", "bins", "tokens", "sandboxes"]) names[`Client["${noun}"]`] = Object.keys(client[noun]);
names["Sandbox<Client>"] = own(new sandboxes_module.Sandbox(client));
names["typeof client_module"] = Object.keys(client_module);
names["typeof sandboxes_module"] = Object.keys(sandboxes_module);
console.log(JSON.stringify(names));
"""
SAME = """
import type { Batch, Client, Value } from "./bambleweeny.mjs";
import type { Sandbox } from "./bambleweeny-sandboxes.mjs";
import type * as client_module from "./bambleweeny.mjs";
import type * as sandboxes_module from "./bambleweeny-sandboxes.mjs";
type Same<One, Other> = [One, Other] extends [Other, One] ? true : never;
"""
INTERNAL = {"constructor", "run"}
USE = """
import { BambleweenyError, Client, Value } from "./bambleweeny.mjs";
const client = new Client("http://127.0.0.1:8080", { username: "admin", password: "changeme" });
await client.set("a", { json: [1] }, { ifNoneMatch: "*", ttl: "30s" });
const { etag, ttl } = await client.get("a");
const same: Value | undefined = await client.get("a", { ifNoneMatch: etag ?? "*" });
const number: number = await client.incr("n", { by: 2, max: 10 }) + await client.incr("n", -2) + (ttl ?? 0);
for await (const name of client.keys) await client.delete(name, { userid: 7 });
for (const { name, ready } of await client.lists.listStats()) console.log(name, ready);
const item = (await client.lists.items("jobs", { order: "newest", preview: 9 }))[0];
const text: string | undefined = (await client.pop("jobs", { wait: 20, signal: AbortSignal.timeout(9) }))?.text();
for await (const { id, value } of client.topics.subscribe("t", { onState: (state, error) => console.log(state, error?.code) }))
  console.log(id, value.json<{ build: string }>().build);
const { url, namedPath } = await client.routes.set({ name: "shop", rules: [] }, { id: "shop" });
const { keys: made } = await client.routes.import_("har", {});
const { token, expires } = await client.tokens.add("ci", ["keys:read"], { rate: "10/s", userid: 7 });
const sandbox = await client.sandboxes.create([{ key: { name: "a", value: new Uint8Array() } }], { ttl: "1h" });
const entries = await client.audit({ since: "1h" });
for await (const { action } of client.followAudit({ after: entries.next })) console.log(action, number, item?.value.text());
const batch = client.batch({ atomic: true });
const hits: { readonly value: number } = batch.incr("a", 5);
await batch.send();
await client.get("b").catch((error) => error instanceof BambleweenyError && [error.retryAfter, error.details.nearest]);
console.log(same, text, url, namedPath, made, token, expires, sandbox.token, hits.value);
"""
MISUSES = [
    'client.set("a", 1);',
    'client.set("a", "1", { if_none_match: "*" });',
    'client.get("a", { ttl: "1h" });',
    'client.incr("a", "2");',
    '(await client.pop("a")).text();',
    'client.lists.items("a", { state: "gone" });',
    'client.tokens.add("a", "keys:read");',
    "client.sandboxes.reset();",
    'client.events({ kind: "*" });',
    'client.batch().get("a", { ttl: 1 });',
    "client.users;",
]
RUNNER = """
import { test as base, expect } from "@playwright/test";
import * as runner from "vitest";
import { Client } from "./bambleweeny.mjs";
import { Sandbox, clientFor, openSandbox, sandboxFixtures, useSandbox } from "./bambleweeny-sandboxes.mjs";

const owner = clientFor(Client);
const { client, token } = useSandbox(owner, runner, { seed: [{ key: { name: "price", value: "5" } }], name: "ci" });
const price: number = await client.incr("price", -1);
const opened: Sandbox<Client> = await openSandbox(owner);
await opened.reset("sold");

type ForTests = { b9y: Client; b9ySandbox: Sandbox<Client> };
type ForWorkers = { b9yWorld: Sandbox<Client>; b9yToken: string; b9yUrl: string };
const test = base.extend<ForTests, ForWorkers>(sandboxFixtures(owner));
test("a sale", async ({ b9y, b9ySandbox, b9yUrl }) => {
  expect(await b9y.incr("price", -1)).toBe(price);
  await b9ySandbox.snapshot(b9yUrl + token);
});
"""


@pytest.fixture
def node(sandbox, tmp_path):
    """A directory with the modules, and their types beside them."""
    node = Node(tmp_path, sandbox.url)
    for name in ("bambleweeny", "bambleweeny-sandboxes"):
        types = requests.get(f"{sandbox.url}/{name}.d.ts", timeout=10)
        (tmp_path / f"{name}.d.mts").write_bytes(types.content)
    return node


@pytest.fixture
def checked(node, tmp_path, run, node_tool):
    """Checks a program by TypeScript."""

    def check(text: str) -> None:
        (tmp_path / "use.mts").write_text(text, "utf-8")
        run(node_tool("tsc"), *OPTIONS, tmp_path / "use.mts", cwd=tmp_path)

    return check


def test_they_declare_what_there_is_and_no_more(node, checked):
    lines = [SAME]
    for number, (of, names) in enumerate(json.loads(node(NAMES)).items()):
        known = " | ".join(json.dumps(name) for name in sorted({*names} - INTERNAL))
        lines.append(f"export const of{number}: Same<Exclude<keyof {of}, symbol>, {known}> = true;")
    checked("\n".join(lines))


def test_programs_are_checked(checked):
    misuses = "".join(f"// @ts-expect-error\n{line}\n" for line in MISUSES)
    checked(USE + misuses)


def test_sandboxes_fit_the_runners_of_tests(checked, tmp_path):
    (tmp_path / "node_modules").symlink_to(npm_tools(RUNNERS).parent)
    checked(RUNNER)
