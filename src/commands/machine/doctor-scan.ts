import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { type ExitCode, exitCodes } from "../../exit-codes.ts";
import { leakDocument, printLeaks } from "../../leaks/leak-report.ts";
import { scanForLeaks } from "../../leaks/scan-for-leaks.ts";

/**
 * `doctor --scan`: searches for the stored keys where others may read them. Exits with 9 if one is found, or
 * if something could not be searched.
 */
export async function scanMachine({ flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const json = flags.on("json");
  const progress = deps.output.progress("Looking for your keys");
  const scan = await scanForLeaks(deps, { staged: flags.on("staged") }).finally(() => progress.clear());
  if (json) deps.output.json(leakDocument(scan));
  else printLeaks(deps.output.answers, scan, deps.processContext());
  return scan.leaks.length === 0 && scan.gaps.length === 0 ? exitCodes.done : exitCodes.unfinished;
}
