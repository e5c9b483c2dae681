import {
  type KillCounts,
  type KilledStore,
  killAtEveryEffect,
  killAtRandomMoments,
} from "../kill-rotations.ts";
import type { Attack, Scenario } from "../scenario.ts";
import { forKeyring } from "../unlocked-keyring.ts";

/** Kills rotations that deliver to targets at random moments. */
export const killTargets: readonly Scenario[] = (["keychain", "file"] as const).map((store) => ({
  name: `targets-${store}`,
  says: `SIGKILL at a random moment of rotations with three targets, one of which fails, and of finishing or aborting them, keys in ${nameOf(store)}; then get works, each target has one of the two keys, and the rotation can be ended`,
  count: 300,
  needs: store === "keychain" ? forKeyring : [],
  run: async (attack) => {
    const random = attack.random("moments");
    await tell(attack, () => killAtRandomMoments(store, attack.count, () => random.fraction()));
  },
}));

/** Kills such rotations at every effect on the disk. */
export const killTargetsAtEffects: readonly Scenario[] = (["keychain", "file"] as const).map((store) => ({
  name: `effects-${store}`,
  says: `the same as each file is renamed, linked or removed, keys in ${nameOf(store)}`,
  count: 1,
  needs: store === "keychain" ? forKeyring : [],
  run: (attack) => tell(attack, () => killAtEveryEffect(store)),
}));

function nameOf(store: KilledStore): string {
  return store === "keychain" ? "a GNOME Keyring" : "the encrypted file";
}

async function tell({ report }: Attack, run: () => Promise<KillCounts>): Promise<void> {
  try {
    for (const [what, times] of Object.entries(await run())) {
      if (what.includes(": killed")) report.count("kills", times);
    }
  } catch (error) {
    report.find("loss", String(error));
  }
}
