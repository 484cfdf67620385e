// Sandboxes for the tests of node:test, Vitest and Playwright: one for each file or worker, which holds the seed and nothing else at the
// beginning of each test. `client` is a Client of bambleweeny.js; the options are `seed` and those of `client.sandboxes.create`.

const EXTEND_AFTER = 1_200_000; // in ms; a sandbox ends an hour after that, also if the process is killed
const TTL = "1h";
const hasEnded = ({ status }) => status === 401 || status === 404;

export class Sandbox {
  #owner; #seed; #options; #since; #opening; #made;

  constructor(owner, { seed, ...options } = {}) { [this.#owner, this.#seed, this.#options] = [owner, seed, { ttl: TTL, ...options }]; }

  get id() { return this.#opened("id").id; }
  // Stays valid after a reset. Another one is made only if the sandbox has ended.
  get token() { return this.#opened("token").token; }
  // The client of the data inside. It is always the same object, so that it may be read before the sandbox is made.
  client = new Proxy(this, {
    get: (_, name) => {
      const { client } = this.#opened("client");
      return typeof client[name] === "function" ? client[name].bind(client) : client[name];
    },
    getPrototypeOf: () => this.#owner.constructor.prototype,
  });

  // Makes it, unless that has begun, and returns it. After an error the next call tries again.
  open = () => (this.#opening ??= this.#make().catch((error) => { this.#opening = undefined; throw error; }));
  async #make() {
    this.#since = performance.now();
    const { id, token } = await this.#owner.sandboxes.create(this.#seed, this.#options);
    const { constructor: Client, url, timeout } = this.#owner;
    this.#made = { id, token, client: new Client(url, { token, timeout }) };
    return this;
  }
  // Replaces all data by the seed, or by a snapshot.
  reset = async (to) => this.client.sandboxes.reset("self", { to });
  snapshot = async (name) => this.client.sandboxes.snapshot("self", name);
  // Resets it without its snapshots, lets it end later in a long run, or makes it again if it has ended; returns its client.
  async fresh() {
    await this.open();
    try {
      if (performance.now() - this.#since > EXTEND_AFTER) await this.#extend();
      await this.client.sandboxes.reset("self", { deleteSnapshots: true });
    } catch (error) {
      if (!hasEnded(error)) throw error;
      this.#opening = undefined;
      await this.open();
    }
    return this.client;
  }
  // Deletes it, unless it was never made or has ended.
  async delete() {
    await this.#made?.client.sandboxes.delete("self").catch((error) => { if (!hasEnded(error)) throw error; });
    this.#made = this.#opening = undefined;
  }
  #opened(name) {
    if (this.#made) return this.#made;
    throw new Error(`The sandbox is made before the first test, so '${name}' can be used in tests and in their hooks only.`);
  }
  async #extend() { // refused for one without a login
    await this.client.sandboxes.extend("self", this.#options.ttl).catch((error) => { if (error.status !== 400) throw error; });
    this.#since = performance.now();
  }
}

export const openSandbox = async (client, options) => new Sandbox(client, options).open();

// Returns a client of the server that BAMBLEWEENY_URL names. The login is BAMBLEWEENY_TOKEN, or BAMBLEWEENY_USER (admin) and
// BAMBLEWEENY_PASSWORD; without them the server has to allow open sandboxes. `Client` is that of bambleweeny.js.
export function clientFor(Client, variables = globalThis.process?.env ?? {}) {
  const [url, token, username, password] = ["URL", "TOKEN", "USER", "PASSWORD"].map((name) => variables[`BAMBLEWEENY_${name}`] || undefined);
  const login = token ? { token } : password ? { username: username ?? "admin", password } : {};
  return new Client(url ?? "http://127.0.0.1:8080", login);
}

// Registers hooks for the tests of this file: `runner` is the module node:test or vitest. What this returns has `client`, `token`,
// `reset` and `snapshot`, for use in the tests.
export function useSandbox(client, runner, options) {
  const sandbox = new Sandbox(client, options);
  const { before = runner.beforeAll, after = runner.afterAll, beforeEach } = runner;
  before(async () => void (await sandbox.open()));
  beforeEach(async () => void (await sandbox.fresh()));
  after(() => sandbox.delete());
  return sandbox;
}

// For Playwright, `base.extend(sandboxFixtures(client, options))`: each test begins with a fresh sandbox, also if it takes no fixture.
// `b9y` is its client, and `b9ySandbox` the sandbox; the worker has `b9yWorld`, and `b9yToken` and `b9yUrl` for programs that start once.
export const sandboxFixtures = (client, options) => ({
  b9yWorld: [async ({}, use) => {
    const sandbox = await openSandbox(client, options);
    await use(sandbox);
    await sandbox.delete();
  }, { scope: "worker" }],
  b9yToken: [async ({ b9yWorld }, use) => use(b9yWorld.token), { scope: "worker" }],
  b9yUrl: [async ({}, use) => use(client.url), { scope: "worker" }],
  b9ySandbox: [async ({ b9yWorld }, use) => {
    await b9yWorld.fresh();
    await use(b9yWorld);
  }, { auto: true }],
  b9y: async ({ b9ySandbox }, use) => use(b9ySandbox.client),
});
