import { commandFor } from "../../hints.ts";
import { dayOf, formatDay } from "../../keys/expiry.ts";
import type { ListedRotation } from "../../rotation/journal.ts";
import { bothWays } from "../../rotation/unfinished.ts";
import { type Check, type Finding, localLimitMs } from "../check.ts";

/** Judges the rotations that are under way. */
function judgeRotations(rows: readonly ListedRotation[]): Finding {
  const damaged = rows.flatMap((row) => ("damaged" in row ? [row] : []));
  const [worst] = damaged;
  if (worst !== undefined) {
    return {
      state: "fail",
      kind: "store-damaged",
      message: damaged.map((row) => row.damaged).join(" "),
      hint: bothWays(worst.profile),
    };
  }
  const [first, ...others] = rows.flatMap((row) => ("record" in row ? [row.record] : []));
  if (first === undefined) return { state: "ok", message: "None is unfinished." };
  const since = formatDay(dayOf(new Date(first.startedAt)));
  const more =
    others.length === 0 ? "" : ` So are those of ${others.map(({ profile }) => profile).join(", ")}.`;
  return {
    state: "fail",
    kind: "unfinished",
    message: `The rotation of profile ${first.profile} is unfinished since ${since}; its old key ${first.oldKey.mask} may still be alive.${more}`,
    hint: `End it: ${commandFor(first.profile, "rotate --finish")}\nOr go back to the old key: ${commandFor(first.profile, "rotate --abort")}`,
  };
}

/** Whether a rotation was left unfinished. */
export const rotationsCheck: Check = {
  id: "rotations",
  title: "Rotations",
  limitMs: localLimitMs,
  look: async ({ deps }) => judgeRotations(deps.journal.list()),
};
