import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Keyring } from "../../support/keyring.ts";
import { startMistralApi } from "../../support/mistral-api.ts";
import { Machine } from "../machine.ts";
import type { Random } from "../random.ts";
import type { Attack, Scenario } from "../scenario.ts";
import { forKeyring, withKeyring } from "../unlocked-keyring.ts";
import { type Attempt, type Command, commands, lookAtRemains, prepare, runAttempt } from "./remains.ts";

const preload = fileURLToPath(new URL("../programs/faults.cjs", import.meta.url));

/** How a call fails; the first kills the program just before it. */
const ways = {
  file: ["kill", "EIO", "ENOSPC", "EACCES", "EROFS", "EMFILE"],
  keychain: [
    ...["kill", "kill-after", "hang", "done-and-failed", "not-done"],
    ...["no-service", "locked", "closed", "denied"],
  ],
} as const;
type Calls = keyof typeof ways;

/** Lets every call that touches a file fail, with the encrypted file as the store. */
export const faultsInFiles: Scenario = {
  name: "faults-files",
  says: "each call of init, rotate, push and remove that touches a file fails, or the program is killed at it: full, read-only or broken disks, no permission, too many open files",
  count: 150,
  run: (attack) => failCalls(attack, "file", undefined),
};

/** Lets every call into the keychain fail. */
export const faultsInKeychain: Scenario = {
  name: "faults-keychain",
  says: "the same with each call into the keychain: refused, never answered, done and reported as failed, not done and reported as done",
  count: 150,
  needs: forKeyring,
  run: (attack) => withKeyring((keyring) => failCalls(attack, "keychain", keyring)),
};

/** One call of one command, and how it fails. */
interface Fault {
  readonly command: Command;
  readonly nth: number;
  readonly how: string;
}

async function failCalls(attack: Attack, calls: Calls, keyring: Keyring | undefined): Promise<void> {
  const faults: Fault[] = [];
  const open = async (random: Random, where: string, command: Command, profile: string) => {
    const keys = { old: random.key(), new: random.key() };
    const api = await startMistralApi({ keys: Object.values(keys) });
    const machine = new Machine({
      attack,
      keyring,
      profile,
      serverUrl: api.url,
      keys: Object.values(keys),
    });
    const attempt: Attempt = { machine, random, command, keys, where, report: attack.report };
    const close = async () => {
      machine.remove();
      await api.stop();
    };
    return { attempt, api, close };
  };
  for (const command of commands) {
    const { attempt, close } = await open(
      attack.random("calls"),
      command,
      command,
      `calls-${commands.indexOf(command)}`,
    );
    await prepare(attempt);
    const count = Number(await runWithFault(attempt, { calls, nth: 0, how: "" }));
    for (let nth = 1; nth <= count; nth += 1) {
      for (const how of ways[calls]) faults.push({ command, nth, how });
    }
    await close();
  }
  attack.random("order").shuffle(faults);
  console.log(`${attack.report.name}: ${faults.length} ways for a call to fail`);
  await attack.tries(async (random, where, index) => {
    const fault = faults[index % faults.length];
    if (fault === undefined) throw new Error(`No command makes a ${calls} call.`);
    const { command, nth, how } = fault;
    const { attempt, api, close } = await open(
      random,
      `${where}, ${command}, ${calls} ${nth} ${how}`,
      command,
      `fault-${index}`,
    );
    try {
      await prepare(attempt);
      const name = await runWithFault(attempt, { calls, nth, how });
      attack.report.count(how.startsWith("kill") ? "kills" : "faults");
      await lookAtRemains({ ...attempt, where: `${attempt.where} (${name})` }, (key) => api.keys.revoke(key));
    } finally {
      await close();
    }
  });
}

/** Runs the command with one call that fails; returns what the preloaded file notes. */
async function runWithFault(
  attempt: Attempt,
  { calls, nth, how }: Omit<Fault, "command"> & { readonly calls: Calls },
): Promise<string> {
  const { folder } = attempt.machine;
  const note = join(folder, "note");
  await runAttempt(attempt, {
    nodeArgs: ["--require", preload],
    env: { ATTACK_FAULT: JSON.stringify({ calls, nth, how, folder, note }) },
    // A write that the keychain never answers is given up after 10 s: until then it may still succeed.
    ...(how === "hang" && { idleMs: 12_500 }),
  });
  try {
    return readFileSync(note, "utf8");
  } catch {
    return "not reached";
  }
}
