import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual, parseEnv } from "node:util";
import { filesHolding } from "../e2e/key-traces.ts";
import { startKeyring } from "../support/keyring.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { program, type Run, runProgram } from "../support/program.ts";

/** Where the keys are kept while rotations are killed. */
export type KilledStore = "keychain" | "file";

/** How many runs are killed, and what decides when. */
export interface Killing {
  readonly store: KilledStore;
  readonly count: number;
  /** Numbers from 0 to 1, the same ones for the same seed. */
  readonly random: () => number;
}

/** How often each thing came about. */
export type KillCounts = Readonly<Record<string, number>>;

/**
 * Rotates a key again and again with the built command, on one machine with three targets of which
 * one fails each time, and kills it with SIGKILL at a random moment; half of the runs that end such a
 * rotation are killed once, too. After each kill `get` gives a key that works, every target has one of
 * the two keys whole, and `rotate --finish` or `rotate --abort` ends it.
 *
 * @throws Error that says in which turn something was lost
 */
export async function killRotations({ store, count, random }: Killing): Promise<KillCounts> {
  const folder = mkdtempSync(join(tmpdir(), "kill-rotations-"));
  const keyring = store === "keychain" ? await startKeyring({ state: "unlocked" }) : undefined;
  const api = await startMistralApi();
  try {
    const env = {
      ...keyring?.env,
      MISTRAL_KEY_HOME: join(folder, "home"),
      MISTRAL_KEY_STORE: store,
      MISTRAL_KEY_SERVER_URL: api.url,
      LLM_USER_PATH: join(folder, "llm"),
      ...(store === "file" && { MISTRAL_KEY_PASSPHRASE: "a passphrase for tests" }),
    };
    const machine = new Machine(folder, env, api, random);
    await machine.prepare();
    for (let turn = 1; machine.kills < count; turn += 1) await machine.takeTurn(turn);
    return machine.counts;
  } finally {
    await api.stop();
    await keyring?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

type KeyAt = (path: string) => unknown;

const dotenvKey: KeyAt = (path) => parseEnv(readFileSync(path, "utf8")).MISTRAL_API_KEY;
const jsonKey: KeyAt = (path) => JSON.parse(readFileSync(path, "utf8")).mistral;

/** The targets, and how to find the key in their files. */
const targets: readonly { readonly target: string; readonly file: string; readonly read: KeyAt }[] = [
  { target: "dotenv:a.env", file: "a.env", read: dotenvKey },
  { target: "dotenv:b.env", file: "b.env", read: dotenvKey },
  { target: "llm", file: join("llm", "keys.json"), read: jsonKey },
];

class Machine {
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #api: LoopbackMistralApi;
  readonly #random: () => number;
  readonly #counts = new Map<string, number>();
  kills = 0;
  #inUse = madeUpKey(0);
  #where = "";
  /** How long each command is given at most until it is killed, in milliseconds. */
  readonly #spans = new Map<string, number>();

  constructor(
    folder: string,
    env: Readonly<Record<string, string>>,
    api: LoopbackMistralApi,
    random: () => number,
  ) {
    this.#folder = folder;
    this.#env = env;
    this.#api = api;
    this.#random = random;
  }

  get counts(): KillCounts {
    return Object.fromEntries([...this.#counts].sort(([one], [other]) => one.localeCompare(other)));
  }

  async prepare(): Promise<void> {
    mkdirSync(join(this.#folder, "llm"));
    this.#api.keys.accept(this.#inUse);
    const stored = await this.#run(["init", "--with-key", "--no-verify"], this.#inUse);
    this.#expect(stored.code === 0, stored.stderr);
    const pushed = await this.#run(["push", ...targets.map(({ target }) => target)]);
    this.#expect(pushed.code === 0, pushed.stderr);
  }

  /** One rotation to a fresh key, killed, looked at, and ended one way or the other. */
  async takeTurn(turn: number): Promise<void> {
    const oldKey = this.#inUse;
    const newKey = madeUpKey(turn);
    this.#api.keys.accept(newKey);
    const failing = join(this.#folder, targets[Math.floor(this.#random() * targets.length)]?.file ?? "");
    chmodSync(failing, 0o400);
    this.#where = `turn ${turn}`;
    await this.#killed(["rotate", "--with-key"], newKey);
    await this.#expectSound([oldKey, newKey]);
    chmodSync(failing, 0o600);
    if (this.#underWay()) await this.#end(oldKey, newKey);
    const inUse = await this.#expectSound([oldKey, newKey]);
    const held = this.#held();
    this.#expect(
      isDeepStrictEqual(held, [inUse, inUse, inUse]),
      "a target has another key than the one in use",
    );
    const files = readdirSync(this.#folder).sort();
    this.#expect(isDeepStrictEqual(files, ["a.env", "b.env", "home", "llm"]), `left: ${files.join(" ")}`);
    this.#api.keys.revoke(inUse === oldKey ? newKey : oldKey);
    this.#count(`ended with the ${inUse === newKey ? "new" : "old"} key`);
    this.#inUse = inUse;
  }

  async #end(oldKey: string, newKey: string): Promise<void> {
    const back = this.#random() < 0.5;
    const args = back ? ["rotate", "--abort", "--yes"] : ["rotate", "--finish"];
    if (this.#random() < 0.5) {
      await this.#killed(args);
      this.#where += `, then ${args.join(" ")} killed`;
      await this.#expectSound([oldKey, newKey]);
    }
    for (let tries = 0; this.#underWay(); tries += 1) {
      this.#expect(tries < 3, `${args.join(" ")} does not end it`);
      const ended = await this.#run(args);
      const isLeft = this.#underWay();
      this.#expect(ended.code === (isLeft ? 9 : 0) || /before the new key/.test(ended.stderr), ended.stderr);
      // The old key is in nobody's hands any more, so a person deletes it.
      if (isLeft && !back) this.#api.keys.revoke(oldKey);
    }
  }

  /** What holds after every kill. */
  async #expectSound(keys: readonly string[]): Promise<string> {
    const got = await this.#run(["get"]);
    const inUse = got.stdout.trim();
    this.#expect(got.code === 0 && keys.includes(inUse), `get gives no key: ${got.stderr}`);
    for (const held of this.#held()) {
      this.#expect(
        keys.some((key) => key === held),
        "a target has neither of the two keys",
      );
    }
    const traces = filesHolding(join(this.#folder, "home"), keys);
    this.#expect(traces.length === 0, `a key is in ${traces.join(" ")}`);
    return inUse;
  }

  #held(): readonly unknown[] {
    return targets.map(({ file, read }) => read(join(this.#folder, file)));
  }

  #journal(): string {
    return join(this.#folder, "home", "rotations", "default.json");
  }

  #underWay(): boolean {
    return existsSync(this.#journal());
  }

  /** Runs a command, and kills it at a random moment. */
  async #killed(args: readonly string[], input = ""): Promise<void> {
    const child = spawn(process.execPath, [program, ...args, "--no-input"], {
      env: { PATH: process.env.PATH, LANG: "C.UTF-8", ...this.#env },
      cwd: this.#folder,
      stdio: ["pipe", "ignore", "pipe"],
    });
    let ended = false;
    const end = new Promise<NodeJS.Signals | null>((resolve) =>
      child.on("close", (_code, signal) => {
        ended = true;
        resolve(signal);
      }),
    );
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
    });
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    // Before the check of the new key nothing has changed, so most moments are after it.
    const isChecked = () => /a model answered/.test(said);
    if (input !== "" && this.#random() < 0.9) while (!isChecked() && !ended) await delay(1);
    const command = args.slice(0, 2).join(" ");
    const span = this.#spans.get(command) ?? 1_000;
    const started = performance.now();
    await Promise.race([end, delay(this.#random() * span)]);
    child.kill("SIGKILL");
    const signal = await end;
    // The moments are to be spread over all of a run, and few to come after its end.
    this.#spans.set(command, signal === null ? (span + performance.now() - started) / 2 : span * 1.05);
    if (signal !== null) this.kills += 1;
    const { stage = "none" } = this.#underWay() ? JSON.parse(readFileSync(this.#journal(), "utf8")) : {};
    this.#count(signal === null ? "ended before it was killed" : `${command} killed`);
    this.#count(`stage ${stage}`);
    this.#where += `, stage ${stage}`;
  }

  #run(args: readonly string[], input?: string): Promise<Run> {
    const options = { env: this.#env, cwd: this.#folder, ...(input !== undefined && { input }) };
    return runProgram([...args, "--no-input"], options);
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  #expect(holds: boolean, otherwise: string): void {
    if (!holds) throw new Error(`${this.#where}: ${otherwise}`);
  }
}

/** A key of 32 characters that looks made up. */
function madeUpKey(turn: number): string {
  return `key${String(turn).padStart(5, "0")}`.repeat(4);
}
