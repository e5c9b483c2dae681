import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { findProgram } from "./find-program.ts";

/** The state of a test keyring at its start. */
export type KeyringState =
  /** A GNOME Keyring with an unlocked default collection. */
  | "unlocked"
  /** The default collection is locked, and no desktop can ask for its password. */
  | "locked"
  /** A GNOME Keyring that has never made a collection. */
  | "no-collection"
  /** The default collection is one that is lost at log-out; there is another one. */
  | "volatile"
  /** A session bus without a secret service. */
  | "no-service"
  /** The daemon is stopped (SIGSTOP): it owns its name on the bus and never answers. */
  | "frozen";

/** How to start a keyring. */
export interface KeyringOptions {
  readonly state: KeyringState;
  /** Secrets to store before the state is entered, by account, under the service `mistral-key`. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** The variables that point a program to one keyring. */
export interface KeyringEnvironment extends Readonly<Record<string, string>> {
  readonly DBUS_SESSION_BUS_ADDRESS: string;
  readonly HOME: string;
  readonly XDG_RUNTIME_DIR: string;
}

/** A real, throw-away GNOME Keyring on its own session bus. Several can run at once. */
export interface Keyring {
  /** Variables for a child process, over its own: the bus address, HOME, XDG folders. */
  readonly env: KeyringEnvironment;
  /** The secret that `secret-tool` finds under the service `mistral-key`; `undefined` when none. */
  lookup(account: string): Promise<string | undefined>;
  /** Stores a secret under the service `mistral-key` with `secret-tool`. */
  store(account: string, secret: string | Uint8Array): Promise<void>;
  /** Locks the collection in the running daemon, as a desktop's screen lock may. */
  lock(): Promise<void>;
  /** Replaces the running daemon with one whose collection is locked. */
  startLocked(): Promise<void>;
  /** Unlocks the collection in the running daemon, as logging in does. */
  unlock(): Promise<void>;
  /** Stops the daemon from answering, without ending it. */
  freeze(): void;
  /** Lets a frozen daemon continue. */
  thaw(): void;
  /** Ends the daemon; the bus stays. */
  endService(): Promise<void>;
  /** Ends everything and removes every file. May be called twice. */
  stop(): Promise<void>;
}

/** The password of every keyring that {@link startKeyring} makes. */
export const keyringPassword = "test-password";

const programs = ["sh", "dbus-daemon", "dbus-send", "gnome-keyring-daemon", "secret-tool"];

/** What this machine lacks for a keyring; empty when nothing. */
export function missingForKeyring(): readonly string[] {
  if (process.platform !== "linux") return ["Linux"];
  return programs.filter((program) => findProgram(program) === undefined);
}

/**
 * Starts a keyring. It ends with {@link Keyring.stop} or with this process, even when that is killed.
 *
 * @throws Error when a program is missing or a daemon does not start
 */
export async function startKeyring({ state, secrets = {} }: KeyringOptions): Promise<Keyring> {
  const missing = missingForKeyring();
  if (missing.length > 0) throw new Error(`No keyring can be started here; missing: ${missing.join(", ")}`);
  const folder = mkdtempSync(join(tmpdir(), "keyring-"));
  const env = environmentIn(folder);
  writeFileSync(join(folder, "password"), keyringPassword, { mode: 0o600 });
  const filling = Object.keys(secrets).length > 0;
  const session = new Session(folder, { ...process.env, ...env });
  try {
    await session.start(filling ? "unlocked" : modeOf[state]);
    const keyring = keyringOf(session, env);
    for (const [account, secret] of Object.entries(secrets)) await keyring.store(account, secret);
    if (filling && modeOf[state] !== "unlocked") await session.enter(modeOf[state]);
    if (state === "frozen") keyring.freeze();
    if (state === "volatile") await makeVolatile(env);
    return keyring;
  } catch (error) {
    await session.stop();
    throw error;
  }
}

const modeOf: Record<KeyringState, string> = {
  unlocked: "unlocked",
  locked: "locked",
  "no-collection": "bare",
  volatile: "unlocked",
  "no-service": "none",
  frozen: "unlocked",
};

function keyringOf(session: Session, env: KeyringEnvironment): Keyring {
  const attributes = (account: string) => ["service", "mistral-key", "account", account];
  return {
    env,
    lookup: async (account) => {
      const { code, stdout } = await run("secret-tool", ["lookup", ...attributes(account)], env);
      return code === 0 ? stdout : undefined;
    },
    store: async (account, secret) => {
      const { code, stderr } = await run(
        "secret-tool",
        ["store", "--label", "made by a test", ...attributes(account)],
        env,
        secret,
      );
      if (code !== 0) throw new Error(`secret-tool store failed: ${stderr}`);
    },
    lock: () => callService(env, "Lock", "array:objpath:/org/freedesktop/secrets/collection/login"),
    startLocked: () => session.enter("locked"),
    unlock: () => unlockAsLogIn(join(env.XDG_RUNTIME_DIR, "keyring", "control")),
    freeze: () => session.signal("SIGSTOP"),
    thaw: () => session.signal("SIGCONT"),
    endService: () => session.enter("none"),
    stop: () => session.stop(),
  };
}

/**
 * The script that runs the daemons. It ends them when its stdin closes, as it does when this process
 * dies.
 */
class Session {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #answers: AsyncIterator<string> | undefined;
  #daemon = 0;
  #ended: Promise<void> = Promise.resolve();

  constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#env = env;
  }

  async start(mode: string): Promise<void> {
    const script = fileURLToPath(new URL("keyring-session.sh", import.meta.url));
    const child = spawn("sh", [script, this.#folder, mode], {
      env: this.#env,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child = child;
    // A test that forgets to stop its keyring still ends, and the keyring with it.
    child.unref();
    for (const stream of [child.stdin, child.stdout]) (stream as Socket).unref();
    this.#ended = new Promise((resolve) => {
      child.once("close", () => resolve());
      child.once("error", () => resolve());
    });
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    await this.#answer();
  }

  async enter(mode: string): Promise<void> {
    this.#child?.stdin?.write(`${mode}\n`);
    await this.#answer();
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#daemon === 0) throw new Error("No keyring daemon is running.");
    process.kill(this.#daemon, signal);
  }

  async stop(): Promise<void> {
    this.#child?.ref();
    this.#child?.stdin?.end();
    await this.#ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #answer(): Promise<void> {
    this.#child?.ref();
    const answer = await this.#answers?.next();
    this.#child?.unref();
    const pid = /^ready (\d+)$/.exec(answer?.value ?? "")?.[1];
    if (pid === undefined) throw new Error("The keyring for the test did not start.");
    this.#daemon = Number(pid);
  }
}

/** Sends the daemon what the log-in screen does: operation 1 (unlock) with the password. */
async function unlockAsLogIn(socketPath: string): Promise<void> {
  const password = Buffer.from(keyringPassword);
  const request = Buffer.alloc(12);
  request.writeUInt32BE(request.length + password.length, 0);
  request.writeUInt32BE(1, 4);
  request.writeUInt32BE(password.length, 8);
  const socket = connect(socketPath);
  // The leading zero byte stands for the credentials, which the socket itself carries.
  socket.write(Buffer.concat([Buffer.alloc(1), request, password]));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  if (Buffer.concat(chunks).toString("hex") !== "0000000800000000") {
    throw new Error("The keyring was not unlocked.");
  }
}

/** Makes `session` the default collection, which the service keeps in memory only. */
async function makeVolatile(env: KeyringEnvironment): Promise<void> {
  await callService(env, "SetAlias", "string:default", "objpath:/org/freedesktop/secrets/collection/session");
}

async function callService(
  env: KeyringEnvironment,
  method: string,
  ...args: readonly string[]
): Promise<void> {
  const service = ["--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"];
  const call = [`org.freedesktop.Secret.Service.${method}`, ...args];
  const { code, stderr } = await run("dbus-send", ["--session", "--print-reply", ...service, ...call], env);
  if (code !== 0) throw new Error(`The service did not do ${method}: ${stderr}`);
}

function environmentIn(folder: string): KeyringEnvironment {
  const home = join(folder, "home");
  const runtime = join(folder, "run");
  for (const path of [home, runtime]) mkdirSync(path, { mode: 0o700 });
  return {
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${encodeURI(join(folder, "bus"))}`,
    HOME: home,
    XDG_RUNTIME_DIR: runtime,
    XDG_DATA_HOME: join(home, ".local", "share"),
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_CACHE_HOME: join(home, ".cache"),
    XDG_STATE_HOME: join(home, ".local", "state"),
    GNOME_KEYRING_CONTROL: join(runtime, "keyring"),
    // Otherwise a developer's own desktop would ask for a password.
    DISPLAY: "",
    WAYLAND_DISPLAY: "",
    SSH_AUTH_SOCK: "",
  };
}

function run(
  program: string,
  args: readonly string[],
  env: KeyringEnvironment,
  input: string | Uint8Array = "",
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { env: { ...process.env, ...env }, timeout: 60_000, killSignal: "SIGKILL" },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : 1, stdout, stderr }),
    );
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}
