// Sandboxes for the tests of node:test, Vitest and Playwright: one for each file or worker, which holds the seed and nothing else at the
// beginning of each test. `client` is a Client of bambleweeny.js; the options are `seed` and those of `client.sandboxes.create`.

const EXTEND_AFTER = 1_200_000; // in ms; a sandbox ends an hour after that, also if the process is killed
const TTL = "1h";
const hasEnded = ({ status }) => status === 401 || status === 404;

export class Sandbox {
  #owner; #seed; #options; #since;

  constructor(owner, { seed, ...options } = {}) { [this.#owner, this.#seed, this.#options] = [owner, seed, { ttl: TTL, ...options }]; }

  // Makes it. Then `id`, `token` and `client`, with which the data inside are read and written, are set.
  async open() {
    this.#since = performance.now();
    const { id, token } = await this.#owner.sandboxes.create(this.#seed, this.#options);
    const { constructor: Client, url, timeout } = this.#owner;
    return Object.assign(this, { id, token, client: new Client(url, { token, timeout }) });
  }
  // Replaces all data by the seed, or by a snapshot.
  reset = async (to) => this.client.sandboxes.reset("self", { to });
  snapshot = async (name) => this.client.sandboxes.snapshot("self", name);
  // Resets it, lets it end later in a long run, or makes it again if it has ended; returns its client.
  async fresh() {
    try {
      if (performance.now() - this.#since > EXTEND_AFTER) await this.#extend();
      await this.reset();
    } catch (error) {
      if (!hasEnded(error)) throw error;
      await this.open();
    }
    return this.client;
  }
  // Deletes it, unless it was never made or has ended.
  async delete() {
    await this.client?.sandboxes.delete("self").catch((error) => { if (!hasEnded(error)) throw error; });
    this.client = undefined;
  }
  async #extend() { // refused for one without a login
    await this.client.sandboxes.extend("self", this.#options.ttl).catch((error) => { if (error.status !== 400) throw error; });
    this.#since = performance.now();
  }
}

export const openSandbox = async (client, options) => new Sandbox(client, options).open();

// Registers hooks for the tests of this file: `runner` is the module node:test or vitest. Use `client` of what this returns in the tests.
export function useSandbox(client, runner, options) {
  const sandbox = new Sandbox(client, options);
  const { before = runner.beforeAll, after = runner.afterAll, beforeEach } = runner;
  before(async () => void (await sandbox.open()));
  beforeEach(async () => void (await sandbox.fresh()));
  after(() => sandbox.delete());
  return sandbox;
}

// For Playwright, `base.extend(sandboxFixtures(client, options))`: `b9y` is the client, fresh for each test; `b9ySandbox` is the worker's.
export const sandboxFixtures = (client, options) => ({
  b9ySandbox: [async ({}, use) => {
    const sandbox = await openSandbox(client, options);
    await use(sandbox);
    await sandbox.delete();
  }, { scope: "worker" }],
  b9y: async ({ b9ySandbox }, use) => use(await b9ySandbox.fresh()),
});
