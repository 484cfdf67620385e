// What a person does first with the generated TypeScript client: `node use_sdk.js URL`.
import { AuthApi, BinsApi, Configuration, KeysApi, ListsApi, ResponseError, RoutesApi, TopicsApi } from "./index";

declare const process: { argv: string[]; exitCode: number };

function assert(holds: boolean, text: string): asserts holds {
  if (!holds) throw new Error(text);
}
const bytesOf = async (blob: Blob) => [...new Uint8Array(await blob.arrayBuffer())].join();

async function main(basePath: string) {
  const login = { username: "admin", password: "changeme" };
  const { accessToken } = await new AuthApi(new Configuration({ basePath })).getToken({ login });
  const configuration = new Configuration({ basePath, accessToken });
  const [keys, lists, topics] = [new KeysApi(configuration), new ListsApi(configuration), new TopicsApi(configuration)];

  const body = new Blob([new Uint8Array([0, 255])]);
  await keys.setKey({ name: "typescript", body });
  assert((await bytesOf(await keys.getKey({ name: "typescript" }))) === "0,255", "bytes come back");

  assert(Number(await keys.incrKeyByPost({ name: "typescript-n" })) === 1, "it counts");
  assert(Number(await keys.incrKeyByPost({ name: "typescript-n", by: 41 })) === 42, "it counts by 41");

  const first = await lists.pushItem({ name: "typescript", body: new Blob(["first"]) });
  await lists.pushItem({ name: "typescript", body });
  const { items } = await lists.leaseItems({ name: "typescript", max: 2, _for: "30s" });
  assert(items.length === 2 && items[0].id === first.id && items[0].body === "first", "it leases");
  assert(typeof items[1].body === "object" && items[1].body.base64 === "AP8=", "it leases bytes");
  for (const { lease } of items) await lists.acknowledgeItem({ name: "typescript", lease });
  const { ready, leased, out } = await lists.countItems({ name: "typescript" });
  assert(ready === 0 && leased === 0 && out === 0, "all are acknowledged, and the list is gone");

  const { id } = await topics.publishMessage({ name: "typescript", body });
  const { messages } = await topics.readTopic({ name: "typescript", since: "all" });
  assert(messages.length === 1 && messages[0].id === id, "it reads a topic");

  const routes = new RoutesApi(configuration);
  const rules = [{ method: ["GET", "PUT"], path: "/orders", answers: [{ status: 201, delayMs: [0, 1] }] }];
  const routeCreation = { name: "typescript", journal: "typescript", rules };
  const { path } = await routes.createRoute({ routeCreation });
  const document = await routes.listRoutes({ id: "@admin/typescript" });
  assert(document.rules?.[0].method.join() === "GET,PUT", "a document comes back");
  await routes.readRouteBelow({ publicId: path.split("/")[2], rest: "orders" });
  const expectedCalls = { method: "GET", count: { max: 1 } };
  const { matching } = await routes.verifyRoute({ id: "@admin/typescript", expectedCalls });
  assert(matching === 1, "a mock was called");

  const bins = new BinsApi(configuration);
  const challenge = { provider: "meta", secret: "s" } as const;
  const verify = { scheme: "gitlab" as const, secrets: ["s"], _else: "keep" as const };
  const answer = { status: 202, json: { got: "!@[$body.id]" } };
  const binDocument = {
    list: "typescript-bin", name: "typescript", keep: "request" as const, methods: ["POST"], maxBody: 1024, challenge, verify, answer,
  };
  const hook = await bins.createBin({ binDocument });
  const shown = await bins.listBins({ id: "@admin/typescript" });
  assert(shown.verify?.secrets.join() === "[secret]" && shown.maxBody === 1024, "a document of a bin comes back");
  assert(typeof shown.challenge === "object" && shown.challenge.provider === "meta", "it has a challenge");
  const publicId = hook.path.split("/")[2];
  const { raw } = await bins.pushToBinRaw({ publicId, body: new Blob(['{"id":7}']) });
  assert(raw.status === 202 && (await raw.text()) === '{"got":7}', "a bin answers");

  const error = await keys.getKey({ name: "nothing" }).catch((reason) => reason);
  assert(error instanceof ResponseError && error.response.status === 404, "a missing key is an error");
  assert((await error.response.json()).code === "not_found", "which has a code");
}

main(process.argv[2]).then(
  () => console.log("done"),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
