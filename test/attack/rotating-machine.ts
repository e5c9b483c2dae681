import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual, parseEnv } from "node:util";
import { filesHolding } from "../e2e/key-traces.ts";
import type { LoopbackMistralApi } from "../support/mistral-api.ts";
import { type Run, runProgram } from "../support/program.ts";

/** One run of the built command. */
export interface CommandRun {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly input: string;
}

/** Starts a command and kills it at some point; returns whether it was still running then. */
export type Kill = (run: CommandRun) => Promise<boolean>;

/** The commands of a rotation. The abort and the finish are killed once a rotation is under way. */
const rotating = {
  start: ["rotate", "--with-key"],
  finish: ["rotate", "--finish"],
  abort: ["rotate", "--abort", "--yes"],
} as const;

type KeyAt = (path: string) => unknown;

const dotenvKey: KeyAt = (path) => parseEnv(readFileSync(path, "utf8")).MISTRAL_API_KEY;
const jsonKey: KeyAt = (path) => JSON.parse(readFileSync(path, "utf8")).mistral;

/** The targets, and how to find the key in their files. */
const targets: readonly { readonly target: string; readonly file: string; readonly read: KeyAt }[] = [
  { target: "dotenv:a.env", file: "a.env", read: dotenvKey },
  { target: "dotenv:b.env", file: "b.env", read: dotenvKey },
  { target: "llm", file: join("llm", "keys.json"), read: jsonKey },
];

/** A machine with a profile and three targets, whose key is rotated again and again by commands that are killed. */
export class RotatingMachine {
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #api: LoopbackMistralApi;
  readonly #counts = new Map<string, number>();
  #inUse = madeUpKey(0);
  #turn = 0;
  #where = "";

  constructor(folder: string, env: Readonly<Record<string, string>>, api: LoopbackMistralApi) {
    this.#folder = folder;
    this.#env = { ...env, LLM_USER_PATH: join(folder, "llm") };
    this.#api = api;
  }

  /** How often each event occurred. */
  get counts(): Readonly<Record<string, number>> {
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

  /**
   * Rotates to a fresh key while one target fails. One or more commands of it are killed; after each kill
   * `get` gives a key that works, every target has one of the two keys whole, and the rotation can be ended,
   * by finishing or aborting it.
   *
   * @param kills - what kills the start, and the command that ends it; `undefined` lets it run
   * @throws Error that says in which turn something was lost
   */
  async takeTurn(
    end: "finish" | "abort",
    kills: { readonly start: Kill | undefined; readonly end: Kill | undefined },
  ): Promise<void> {
    this.#turn += 1;
    const [oldKey, newKey] = [this.#inUse, madeUpKey(this.#turn)];
    const keys = [oldKey, newKey];
    this.#api.keys.accept(newKey);
    const failing = join(this.#folder, targets[this.#turn % targets.length]?.file ?? "");
    chmodSync(failing, 0o400);
    this.#where = `turn ${this.#turn}`;
    if (kills.start === undefined) await this.#run(rotating.start, newKey);
    else await this.#killed(kills.start, rotating.start, newKey);
    await this.#expectSound(keys);
    chmodSync(failing, 0o600);
    if (this.#underWay() && kills.end !== undefined) {
      await this.#killed(kills.end, rotating[end]);
      await this.#expectSound(keys);
    }
    for (let tries = 0; this.#underWay(); tries += 1) {
      this.#expect(tries < 3, `rotate --${end} does not end it`);
      const { code, stderr } = await this.#run(rotating[end]);
      const isLeft = this.#underWay();
      this.#expect(code === (isLeft ? 9 : 0) || /there was nothing to finish/.test(stderr), stderr);
      // A person deletes it now that the new one is in use everywhere.
      if (isLeft && end === "finish") this.#api.keys.revoke(oldKey);
    }
    const inUse = await this.#expectSound(keys);
    this.#expect(isDeepStrictEqual(this.#held(), [inUse, inUse, inUse]), "a target has another key");
    const files = readdirSync(this.#folder).sort().join(" ");
    this.#expect(files === "a.env b.env home llm", `there is ${files}`);
    this.#api.keys.revoke(inUse === oldKey ? newKey : oldKey);
    this.#count(`ended with the ${inUse === newKey ? "new" : "old"} key`);
    this.#inUse = inUse;
  }

  async #killed(kill: Kill, args: readonly string[], input = ""): Promise<void> {
    const was = await kill({ args: [...args, "--no-input"], env: this.#env, cwd: this.#folder, input });
    const { stage = "none" } = this.#underWay() ? JSON.parse(readFileSync(this.#journal(), "utf8")) : {};
    const what = was ? `killed, stage ${stage}` : "had ended before";
    this.#count(`${args.slice(0, 2).join(" ")}: ${what}`);
    this.#where += `, ${args.join(" ")} ${what}`;
  }

  /** Checks what must hold after every kill; returns the key in use. */
  async #expectSound(keys: readonly string[]): Promise<string> {
    const got = await this.#run(["get"]);
    const inUse = got.stdout.trim();
    this.#expect(got.code === 0 && keys.includes(inUse), `get gives no key: ${got.stderr}`);
    const isOneOfThem = (held: unknown) => keys.some((key) => key === held);
    this.#expect(this.#held().every(isOneOfThem), "a target has neither of the two keys");
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
