import { expected, joinHints } from "../../errors.ts";
import { exitCodes } from "../../exit-codes.ts";
import { commandFor } from "../../hints.ts";
import type { ApiKey } from "../../keys/api-key.ts";
import { showName } from "../../outside-text.ts";
import { kindOfTarget } from "../../profiles/target-reference.ts";
import { type KeyThere, keyThere } from "../../targets/target.ts";
import { type Check, type CheckContext, count, isDamaged, withoutProfile } from "../check.ts";

/** Targets whose programs call a service. */
const online: readonly string[] = ["github", "kubernetes", "aws", "vercel", "command"];

/** Whether the key's targets have it, where they can be read. */
export const targetsCheck: Check = {
  id: "targets",
  title: "Delivered to",
  limitMs: 60_000,
  run: async (context) => {
    const { known, profile, network } = context;
    if (isDamaged(context)) return withoutProfile;
    const all = (known?.targets ?? []).map(({ target }) => target);
    if (all.length === 0)
      return { state: "ok", message: "Nowhere; push delivers the key to where it is used." };
    const inspected = await context.inspection();
    if (inspected.state !== "found")
      return { state: "skipped", message: "No key was read, so none was compared." };
    const { key } = inspected;
    const looked = all.filter((target) => network !== undefined || !online.includes(kindOfTarget(target)));
    const seen = await Promise.all(looked.map((target) => lookAt(context, target, key)));
    const notLookedAt = all.length - looked.length;
    const message = [
      ...seen.map(({ says }) => says),
      ...(notLookedAt === 0 ? [] : [`${count(notLookedAt, "target")} not checked (--offline).`]),
    ].join(" ");
    const failed = looked.filter((_, index) => seen[index]?.state === "fail");
    if (failed.length > 0) {
      const mayBeElsewhere = failed.some((target) => ["kubernetes", "aws"].includes(kindOfTarget(target)));
      const hint = joinHints(
        // Another machine may have rotated it.
        `Check first that the stored key still works: ${commandFor(profile, "verify")}`,
        mayBeElsewhere
          ? "Make sure that kubectl and aws use the cluster and the account of the first push."
          : undefined,
        `To deliver it again: ${commandFor(profile, "push")}`,
      );
      return { state: "fail", code: exitCodes.unfinished, message, hint };
    }
    return { state: seen.some(({ state }) => state === "warn") ? "warn" : "ok", message };
  },
};

const words: Readonly<Record<KeyThere, string>> = {
  same: "has the key",
  another: "has another key",
  none: "has no key any more",
  unreadable: "does not show which key is there",
};

async function lookAt(
  { deps, profile }: CheckContext,
  target: string,
  key: ApiKey,
): Promise<{ readonly state: "ok" | "warn" | "fail"; readonly says: string }> {
  const text = showName(target);
  try {
    const there = await keyThere(await deps.openTarget(target, profile), key);
    const state = ["another", "none"].includes(there) ? "fail" : "ok";
    return { state, says: `${text} ${words[there]}.` };
  } catch (error) {
    return { state: "warn", says: `${text}: ${expected(error).inOneLine}` };
  }
}
