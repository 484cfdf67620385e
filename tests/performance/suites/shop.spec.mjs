// The tests of a shop under Playwright, without a browser.
import { test as base } from "@playwright/test";
import { sandboxFixtures } from "./bambleweeny-sandboxes.mjs";
import { client, fresh, isSandbox, options, products, tests } from "./shop.mjs";

const test = base.extend(isSandbox ? sandboxFixtures(client, options) : { b9y: async ({}, use) => use(await fresh()) });
test.describe.configure({ mode: "parallel" });
for (const product of products) {
  for (const [name, run] of Object.entries(tests)) test(`${product}: ${name}`, async ({ b9y }) => run(b9y, product));
}
