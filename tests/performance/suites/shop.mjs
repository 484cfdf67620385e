// The tests of a little shop for the runners of Node: ten of a kind that get an object with a `client`, and a product.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Client } from "./bambleweeny.mjs";

const { BAMBLEWEENY_URL: url, BAMBLEWEENY_TOKEN: token, SHOP_WORLD: world } = process.env;
const bytes = readFileSync(new URL("seed.ndjson", import.meta.url));
export const [client, isSandbox, options] = [new Client(url, { token }), world === "sandbox", { seed: bytes, name: "shop" }];
export const products = ["book", "cup", "lamp", "pen"];

// Without a sandbox: in the world `cleaned` the user's data are deleted and made anew, in the world `shared` nobody may do so.
export async function fresh() {
  if (world !== "cleaned") return client;
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/x-ndjson" };
  const { status } = await fetch(`${url}/import?mode=replace`, { method: "POST", headers, body: bytes });
  assert.equal(status, 200);
  return client;
}

export const tests = {
  "a sale takes one from the stock": async (shop, product) => {
    assert.equal(await shop.incr(`stock:${product}`, -1), 4);
    assert.equal(await shop.incr("sales"), 1);
  },
  "the last one is sold once": async (shop, product) => {
    await shop.set(`stock:${product}`, "1");
    assert.equal(await shop.incr(`stock:${product}`, -1), 0);
    await shop.delete(`stock:${product}`);
    await assert.rejects(shop.get(`stock:${product}`), { status: 404 });
  },
  "the catalogue has all products": async (shop, product) => {
    const found = await shop.keys.list({ prefix: "stock:" });
    assert.deepEqual(found.map(({ name }) => name), products.map((name) => `stock:${name}`));
    assert.equal((await shop.get(`stock:${product}`)).text(), "5");
  },
  "a cart is made once": async (shop, product) => {
    await shop.set("cart:ann", { json: { [product]: 2 } }, { ifNoneMatch: "*" });
    await assert.rejects(shop.set("cart:ann", "{}", { ifNoneMatch: "*" }), { status: 412 });
    assert.deepEqual((await shop.get("cart:ann")).json(), { [product]: 2 });
  },
  "an order waits for its turn": async (shop, product) => {
    await shop.push("orders", product);
    assert.equal((await shop.pop("orders")).text(), "seeded");
    assert.equal((await shop.pop("orders")).text(), product);
    assert.equal(await shop.pop("orders"), undefined);
  },
  "an order that fails is dead": async (shop, product) => {
    const [order] = await shop.lists.items("orders");
    assert.equal((await shop.lists.bury("orders", order.id, { reason: product })).state, "dead");
    assert.equal(await shop.pop("orders"), undefined);
  },
  "a sale is announced": async (shop, product) => {
    await shop.topics.publish("sales", { json: { sold: product } });
    const messages = await shop.topics.read("sales", { since: "all" });
    assert.deepEqual(messages.map(({ value }) => value.json()), [{ sold: product }]);
  },
  "the payment is a mock that is called once": async (shop, product) => {
    const [route] = await shop.routes.list();
    assert.deepEqual(await (await fetch(`${route.url}/pay/${product}`)).json(), { paid: true });
    assert.equal(await shop.routes.verify(route.id, { count: 1 }), 1);
  },
  "a refused payment is another answer": async (shop, product) => {
    const [[route], refused] = [await shop.routes.list(), { paid: false, product }];
    await shop.routes.set({ name: "payment", rules: [{ path: "/pay/*", answers: [{ json: refused }] }] }, { id: route.id });
    assert.deepEqual(await (await fetch(`${route.url}/pay/${product}`)).json(), refused);
  },
  "a webhook arrives in the bin": async (shop, product) => {
    const [bin] = await shop.bins.list();
    assert.equal((await fetch(bin.url, { method: "POST", body: product })).status, 200);
    assert.equal((await shop.pop("hooks")).text(), product);
    assert.equal(await shop.pop("hooks"), undefined);
  },
};
