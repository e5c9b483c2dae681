import type { Keyring } from "../../support/keyring.ts";
import { startMistralApi } from "../../support/mistral-api.ts";
import { Machine } from "../machine.ts";
import type { Attack, Scenario } from "../scenario.ts";
import { forKeyring, withKeyring } from "../unlocked-keyring.ts";
import { type Attempt, type Command, commands, lookAtRemains, prepare, runAttempt } from "./remains.ts";

/** Kills at random moments, with a real keyring. */
export const killInKeyring: Scenario = {
  name: "kill-keyring",
  says: "SIGKILL at a random moment of init, rotate, push and remove, keys in a GNOME Keyring; then what is left is read, finished or rolled back",
  count: 300,
  needs: forKeyring,
  run: (attack) => withKeyring((keyring) => killAtRandomMoments(attack, keyring)),
};

/** Kills at random moments, with the encrypted file. */
export const killInFile: Scenario = {
  name: "kill-file",
  says: "the same with the encrypted file",
  count: 300,
  run: (attack) => killAtRandomMoments(attack, undefined),
};

async function killAtRandomMoments(attack: Attack, keyring: Keyring | undefined): Promise<void> {
  const api = await startMistralApi();
  // How long each command takes at present, updated by every run that was not killed.
  const took: Partial<Record<Command, number>> = {};
  try {
    await attack.tries(async (random, where, index) => {
      const command = random.pick([...commands, "rotate" as const]);
      // A kill that came too late is repeated, so that only kills count.
      for (let again = 0; again < 8; again += 1) {
        const keys = { old: random.key(), new: random.key() };
        for (const key of Object.values(keys)) api.keys.accept(key);
        const profile = `kill-${index}-${again}`;
        const machine = new Machine({
          attack,
          keyring,
          profile,
          serverUrl: api.url,
          keys: Object.values(keys),
        });
        try {
          const attempt = {
            machine,
            random,
            command,
            keys,
            where: `${where}, ${command}`,
            report: attack.report,
          };
          const ms = await killOnce(attempt, took[command]);
          if (ms === undefined) {
            attack.report.count("kills");
            await lookAtRemains(attempt, (key) => api.keys.revoke(key));
            return;
          }
          took[command] = ms;
        } finally {
          machine.remove();
        }
      }
    });
  } finally {
    await api.stop();
  }
}

/** Runs the command and kills it; returns its duration in milliseconds if it ended before that. */
async function killOnce(attempt: Attempt, usual: number | undefined): Promise<number | undefined> {
  await prepare(attempt);
  const { random } = attempt;
  // Start-up takes a third of a run and changes nothing, so most moments are after it.
  const part = random.chance(0.15) ? random.fraction() * 0.6 : 0.55 + random.fraction() * 0.5;
  const run = await runAttempt(attempt, {
    during: (child) => {
      if (usual === undefined) return;
      const timer = setTimeout(() => child.kill("SIGKILL"), usual * part);
      child.once("exit", () => clearTimeout(timer));
    },
  });
  return run.signal === "SIGKILL" ? undefined : run.ms;
}
