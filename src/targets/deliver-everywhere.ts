import type { Deps } from "../deps.ts";
import { expected } from "../errors.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { maskKey } from "../keys/mask.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { showName } from "../outside-text.ts";
import { kindOfTarget } from "../profiles/target-reference.ts";
import { type DeliveryReport, keyThere, type Target } from "./target.ts";

/** The kinds of target that a program of the user's own delivers to. */
const services: readonly string[] = ["github", "kubernetes", "aws", "vercel", "pass", "command"];

/**
 * Delivers a key to targets, reads it back where possible, and prints each result. A failed target is
 * reported and does not stop the others. Those that may change the same thing come one after the other: the
 * targets of one service, such as a password store with its git repository, and all files, since aider's may
 * be named as a dotenv file too.
 *
 * @param onReport - called as each ends, before the next one of its group starts
 * @returns a report for each, in the order of the targets
 * @throws Cancelled when the user stops
 */
export async function deliverEverywhere(
  { openTarget, output }: Deps,
  profile: ProfileName,
  key: ApiKey,
  targets: readonly string[],
  onReport: (report: DeliveryReport) => void,
): Promise<readonly DeliveryReport[]> {
  const reports: DeliveryReport[] = [];
  const groupOf = (target: string) => (isService(target) ? kindOfTarget(target) : "files");
  const deliverAll = async (group: string) => {
    for (const [index, target] of targets.entries()) {
      if (groupOf(target) !== group) continue;
      const report = await reporting(target, async () => {
        const opened = await openTarget(target, profile);
        // Of a service, this would be one more call over the network.
        const before = group === "files" ? await opened.read(key) : [];
        return await deliver(opened, key, before);
      });
      if (report.ok) output.ok(report.message);
      else output.warn(`${showName(report.target)}: ${report.message}`);
      onReport(report);
      reports[index] = report;
    }
  };
  // Commands come last: one may restart an app, which then reads the key from another target.
  const groups = [...new Set(targets.map(groupOf))].filter((group) => group !== "command");
  await Promise.all(groups.map(deliverAll));
  await deliverAll("command");
  return reports;
}

/** Whether a program delivers to a target, which goes on when this one is killed. */
export function isService(target: string): boolean {
  return services.includes(kindOfTarget(target));
}

async function deliver(
  target: Target,
  key: ApiKey,
  before: readonly string[] = [],
): Promise<Omit<DeliveryReport, "target">> {
  await target.deliver(key);
  const others = before.flatMap((one) => (one && one !== key.reveal() ? showName(maskKey(one)) : []));
  const instead = others.length > 0 ? `, in place of ${[...new Set(others)].join(", ")}` : "";
  const there = await keyThere(target, key);
  const ok = there === "same" || there === "unreadable";
  const later = target.takesEffect === undefined ? "" : ` ${target.takesEffect}`;
  const message = {
    same: `${target.words} has the key, read back${instead}.${later}`,
    unreadable: `${target.words} has the key; it cannot be read back there.${later}`,
    another: `${target.words} still has another key.`,
    none: `${target.words} did not keep the key.`,
  }[there];
  return { ok, message };
}

/**
 * Runs `work` on a target, and turns an error into a report.
 *
 * @throws Cancelled when the user stops
 */
export async function reporting(
  target: string,
  work: () => Promise<Omit<DeliveryReport, "target">>,
): Promise<DeliveryReport> {
  try {
    return { target, ...(await work()) };
  } catch (error) {
    return { target, ok: false, message: expected(error).inOneLine };
  }
}
