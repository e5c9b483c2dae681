import type { Deps } from "../deps.ts";
import { Cancelled, MistralKeyError } from "../errors.ts";
import { type TargetReference, targetText } from "../profiles/target-reference.ts";
import type { Delivery, DeliveryReport } from "./delivery.ts";

const atOnce = 4;

/**
 * Takes a key to several targets, four at a time, and shows each as it ends. A target that fails is
 * reported and keeps no other from its key.
 *
 * @param onReport - told as each ends, before the next one starts in its place
 * @returns a report for each, in the order of the targets
 * @throws Cancelled when the person stops
 */
export async function deliverEverywhere(
  { deliver, output }: Pick<Deps, "deliver" | "output">,
  { targets, ...delivery }: Omit<Delivery, "target"> & { readonly targets: readonly TargetReference[] },
  onReport: (report: DeliveryReport) => void,
): Promise<readonly DeliveryReport[]> {
  const reports: DeliveryReport[] = [];
  const waiting = targets.entries();
  const work = async () => {
    for (const [index, target] of waiting) {
      const report = await deliver({ ...delivery, target }).catch((error: unknown) => failed(target, error));
      const said = `${report.target}: ${report.message}`;
      if (report.ok) output.ok(said);
      else output.warn(said);
      onReport(report);
      reports[index] = report;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return reports;
}

function failed(target: TargetReference, error: unknown): DeliveryReport {
  if (!(error instanceof MistralKeyError) || error instanceof Cancelled) throw error;
  const message = [error.message, error.hint ?? ""].join(" ").trim();
  return { target: targetText(target), ok: false, message };
}
