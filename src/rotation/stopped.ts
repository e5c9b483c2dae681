import { type FailureKind, MistralKeyError } from "../errors.ts";
import { codeOfDiagnosis, exitCodes } from "../exit-codes.ts";
import { commandFor, shellWord } from "../hints.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { KeyCheck } from "../mistral/mistral-api.ts";
import { accountOf, fileNameOf, type KeySlot, type SecretStore } from "../stores/secret-store.ts";
import { absentFrom } from "../stores/stored-key.ts";
import { explain } from "../verification/explain.ts";
import { isRefusal } from "../verification/verdict.ts";
import type { RotationRecord } from "./journal.ts";
import type { StopReason } from "./stages.ts";
import { goingBack } from "./unfinished.ts";

/**
 * Explains why a rotation cannot continue now, and what to do about it. Nothing has been erased.
 *
 * @param check - the last one of the key that the reason is about
 */
export function stopped(
  reason: StopReason,
  record: RotationRecord,
  check: KeyCheck | undefined,
  store: SecretStore,
): MistralKeyError {
  const { profile } = record;
  const [oldKey, newKey] = [record.oldKey.mask, record.newKey.mask];
  const command = (text: string) => commandFor(profile, text);
  const fail = (kind: FailureKind, message: string, ...hint: readonly string[]) =>
    new MistralKeyError(kind, message, { hint: hint.join("\n") });
  const startOver = startingOver({ ...record.after, targets: record.targets });
  const why = check === undefined ? "" : ` ${explain(check).sentence}`;
  const isRefused = check !== undefined && isRefusal(check.diagnosis);
  const entryOf = (slot: KeySlot) => {
    const address = { profile, slot };
    return store.kind === "file" ? `keys/${fileNameOf(address)}` : accountOf(address);
  };
  const removing = (slot: KeySlot) =>
    `remove only ${entryOf(slot)} (the others hold the keys of the rotation), then:`;
  switch (reason) {
    case "new-key-rejected":
      return fail(
        "rejected",
        `Mistral does not accept the new key ${newKey}, so the rotation goes no further. Both keys are kept.`,
        goingBack(profile),
      );
    case "old-key-rejected":
      return fail(
        "rejected",
        `Mistral allows the old key ${oldKey} no calls any more, so there is no way back to it.`,
        `To end the rotation with the new key ${newKey}: ${command("rotate --finish")}`,
      );
    case "new-key-unknown":
    case "old-key-unknown": {
      const [key, again] =
        reason === "new-key-unknown"
          ? [`the new key ${newKey}`, "rotate --finish"]
          : [`the old key ${oldKey}`, "rotate --abort"];
      return fail(
        kindOf(check),
        `Whether ${key} works cannot be found out at the moment. Both keys are kept.${why}`,
        `Try again later: ${command(again)}`,
      );
    }
    case "both-keys-rejected":
      return fail(
        "rejected",
        `Mistral accepts neither the old key ${oldKey} nor the new key ${newKey}. Both are kept.`,
        `To see why: ${command("verify")}`,
        `If both have been deleted there or have expired: ${startOver}`,
      );
    case "old-key-gone":
      return fail(
        "unfinished",
        "The old key is not kept here any more, so there is no way back to it.",
        `To end the rotation with the new key ${newKey}: ${command("rotate --finish")}`,
      );
    case "no-key-in-use":
      return fail(
        "no-key",
        `The key of profile "${profile}" ${absentFrom(store, record.after)}.`,
        goingBack(profile),
        `If that one is gone as well: ${startOver}`,
      );
    case "changed-elsewhere":
      return fail(
        "unfinished",
        `The stored key of profile "${profile}" is neither the old nor the new one of this rotation; something else has changed it. Nothing was removed.${why}`,
        ...(isRefused
          ? [`To go back to the old key, ${removing("current")} ${command("rotate --abort")}`]
          : [
              `To see whether Mistral accepts it: ${command("verify")}`,
              `If it does, to keep it and end the rotation: ${command("rotate --abort")}`,
              `If it does not, ${removing("current")} ${command("rotate --abort")}`,
            ]),
      );
    case "third-key": {
      const slot = record.stage === "reverting" ? "next" : "previous";
      return fail(
        "unfinished",
        `Beside the two keys of this rotation, ${store.describe()} holds a third one for profile "${profile}": ${entryOf(slot)}, which something else has put there.`,
        `If you do not need that key, ${removing(slot)} ${command("rotate --finish")}`,
      );
    }
  }
}

/** How to start over with a new key and all that belongs to a profile: removing forgets that, too. */
export function startingOver(profile: {
  readonly name: ProfileName;
  readonly targets: readonly { readonly target: string }[];
  readonly adminKey?: string | undefined;
}): string {
  const { name, targets, adminKey } = profile;
  const push = ["push", ...targets.map(({ target }) => shellWord(target))].join(" ");
  const steps = ["remove", "init", adminKey && "init --admin", push !== "push" && push];
  return steps.flatMap((step) => (step ? commandFor(name, step) : [])).join(", then ");
}

function kindOf(check: KeyCheck | undefined): FailureKind {
  const code = check && codeOfDiagnosis[check.diagnosis];
  return code === exitCodes.unusable ? "unusable" : "unreachable";
}
