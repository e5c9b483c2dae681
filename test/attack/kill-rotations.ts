import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startKeyring } from "../support/keyring.ts";
import { startMistralApi } from "../support/mistral-api.ts";
import { program } from "../support/program.ts";
import { quickScrypt } from "../support/quick-scrypt.ts";
import { type CommandRun, type Kill, RotatingMachine } from "./rotating-machine.ts";

/** Where the keys are kept while rotations are killed. */
export type KilledStore = "keychain" | "file";

/** How often each event occurred. */
export type KillCounts = Readonly<Record<string, number>>;

/**
 * Kills rotations with three targets, one of which fails, with SIGKILL at random moments.
 *
 * @param count - how many runs are killed
 * @param random - returns numbers from 0 to 1
 * @throws Error that says in which turn something was lost
 */
export async function killAtRandomMoments(
  store: KilledStore,
  count: number,
  random: () => number,
): Promise<KillCounts> {
  return await onMachine(store, async (machine) => {
    const moments = new RandomMoments(random);
    while (moments.kills < count) {
      const end = random() < 0.5 ? moments.kill : undefined;
      await machine.takeTurn(random() < 0.5 ? "finish" : "abort", { start: moments.kill, end });
    }
  });
}

/**
 * Kills such rotations at each call that changes a file for good: the start, the abort and the finish, each
 * at every such call in turn.
 *
 * @param every - 1 for every call, 2 for every second one, and so on
 * @param commands - which of them are killed
 * @throws Error that says in which turn something was lost
 */
export async function killAtEveryEffect(
  store: KilledStore,
  every = 1,
  commands: readonly ("start" | "finish" | "abort")[] = ["start", "finish", "abort"],
): Promise<KillCounts> {
  return await onMachine(store, async (machine) => {
    for (const killed of commands) {
      let wasKilled = true;
      for (let nth = 1; wasKilled; nth += every) {
        const kill: Kill = async (run) => {
          wasKilled = await killedAt(nth, run);
          return wasKilled;
        };
        const end = killed === "start" ? (nth % 2 === 0 ? "finish" : "abort") : killed;
        const kills = killed === "start" ? { start: kill, end: undefined } : { start: undefined, end: kill };
        await machine.takeTurn(end, kills);
      }
    }
  });
}

async function onMachine(
  store: KilledStore,
  act: (machine: RotatingMachine) => Promise<void>,
): Promise<KillCounts> {
  const folder = mkdtempSync(join(tmpdir(), "kill-rotations-"));
  const keyring = store === "keychain" ? await startKeyring({ state: "unlocked" }) : undefined;
  const api = await startMistralApi();
  try {
    const env = {
      ...keyring?.env,
      MISTRAL_KEY_HOME: join(folder, "home"),
      MISTRAL_KEY_STORE: store,
      MISTRAL_KEY_SERVER_URL: api.url,
      ...(store === "file" && { ...quickScrypt, MISTRAL_KEY_PASSPHRASE: "a passphrase for tests" }),
    };
    const machine = new RotatingMachine(folder, env, api);
    await machine.prepare();
    await act(machine);
    return machine.counts;
  } finally {
    await api.stop();
    await keyring?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Kills at moments that are spread over the whole run. */
class RandomMoments {
  readonly #random: () => number;
  /** The time limit of each command, in milliseconds. */
  readonly #spans = new Map<string, number>();
  kills = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  readonly kill: Kill = async (run) => {
    const child = start(run);
    let ended = false;
    const end = new Promise<NodeJS.Signals | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (_code, signal) => {
        ended = true;
        resolve(signal);
      });
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
    });
    // Before the check of a new key nothing has changed, so most moments are after it.
    const isChecked = () => run.input === "" || /a model answered/.test(said);
    if (this.#random() < 0.9) while (!isChecked() && !ended) await delay(1);
    const command = run.args.join(" ");
    const span = this.#spans.get(command) ?? 1_000;
    const started = performance.now();
    await Promise.race([end, delay(this.#random() * span)]);
    child.kill("SIGKILL");
    const wasKilled = (await end) === "SIGKILL";
    this.#spans.set(command, wasKilled ? span * 1.05 : (span + performance.now() - started) / 2);
    if (wasKilled) this.kills += 1;
    return wasKilled;
  };
}

const preload = fileURLToPath(new URL("programs/faults.cjs", import.meta.url));

/** What changes a file for good: each write ends with one of these calls. */
const effects = ["renameSync", "linkSync", "rmSync"];

/** Runs the command, killed just before its nth such call; returns whether it was killed. */
function killedAt(nth: number, run: CommandRun): Promise<boolean> {
  const fault = { calls: "file", only: effects, nth, how: "kill", folder: run.cwd, note: "/dev/null" };
  const env = { ...run.env, ATTACK_FAULT: JSON.stringify(fault) };
  const child = start({ ...run, env }, ["--require", preload]);
  child.stderr.resume();
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (_code, signal) => resolve(signal === "SIGKILL"));
  });
}

function start({ args, env, cwd, input }: CommandRun, nodeArgs: readonly string[] = []) {
  const child = spawn(process.execPath, [...nodeArgs, program, ...args], {
    env: { PATH: process.env.PATH, LANG: "C.UTF-8", ...env },
    cwd,
    stdio: ["pipe", "ignore", "pipe"],
  });
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  return child;
}
