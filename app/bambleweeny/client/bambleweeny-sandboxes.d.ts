// Types of bambleweeny-sandboxes.js, which a server delivers beside it. `C` is the Client of bambleweeny.js.

type Duration = number | string;
type SeedRecord = Record<string, Record<string, unknown>>;

/** A seed, and the options of `client.sandboxes.create`. */
export interface SandboxOptions {
  seed?: string | Uint8Array | ArrayBuffer | SeedRecord | SeedRecord[];
  ttl?: Duration;
  name?: string;
  from?: string;
  userid?: number;
}

export class Sandbox<C extends object> {
  constructor(owner: C, options?: SandboxOptions);
  readonly id: string;
  readonly token: string;
  client: C;
  open(): Promise<this>;
  reset(to?: string): Promise<void>;
  snapshot(name: string): Promise<void>;
  fresh(): Promise<C>;
  delete(): Promise<void>;
}

export function openSandbox<C extends object>(client: C, options?: SandboxOptions): Promise<Sandbox<C>>;

type Login = { username?: string; password?: string; token?: string };
export function clientFor<C extends object>(Client: new (url?: string, options?: Login) => C, variables?: Record<string, string | undefined>): C;

/** The hooks of node:test (`before`, `after`) or Vitest (`beforeAll`, `afterAll`). */
export interface Runner {
  before?: (hook: () => Promise<void>) => unknown;
  beforeAll?: (hook: () => Promise<void>) => unknown;
  after?: (hook: () => Promise<void>) => unknown;
  afterAll?: (hook: () => Promise<void>) => unknown;
  beforeEach: (hook: () => Promise<void>) => unknown;
}
export function useSandbox<C extends object>(client: C, runner: Runner, options?: SandboxOptions): Sandbox<C>;

type Use<T> = (value: T) => Promise<void>;
type OfWorker<T, Needed> = [(fixtures: Needed, use: Use<T>) => Promise<void>, { scope: "worker" }];

/** The fixtures of Playwright, for `base.extend`. */
export function sandboxFixtures<C extends object>(client: C, options?: SandboxOptions): {
  b9yWorld: OfWorker<Sandbox<C>, {}>;
  b9yToken: OfWorker<string, { b9yWorld: Sandbox<C> }>;
  b9yUrl: OfWorker<string, {}>;
  b9ySandbox: [(fixtures: { b9yWorld: Sandbox<C> }, use: Use<Sandbox<C>>) => Promise<void>, { auto: true }];
  b9y: (fixtures: { b9ySandbox: Sandbox<C> }, use: Use<C>) => Promise<void>;
};
