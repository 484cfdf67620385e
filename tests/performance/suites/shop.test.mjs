// The tests of a shop under node:test, for one product: the name of this file has it.
import { basename } from "node:path";
import * as runner from "node:test";
import { useSandbox } from "./bambleweeny-sandboxes.mjs";
import { client, fresh, isSandbox, options, tests } from "./shop.mjs";

const [product] = basename(import.meta.filename).split(".");
const world = isSandbox ? useSandbox(client, runner, options) : { client };
if (!isSandbox) runner.beforeEach(() => fresh());
for (const [name, run] of Object.entries(tests)) runner.test(name, () => run(world.client, product));
