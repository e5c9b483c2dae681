import { stripVTControlCharacters } from "node:util";
import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { type ExitCode, exitCodes } from "../../exit-codes.ts";
import { leakDocument, renderLeaks } from "../../leaks/leak-report.ts";
import { scanForLeaks } from "../../leaks/scan-for-leaks.ts";
import { readSettings } from "../../settings.ts";

/** `doctor --scan`: looks for the stored keys where others may read them. Exits with 9 when one is there. */
export async function scanMachine({ flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const { json } = readSettings(flags, deps);
  const at = deps.surroundings();
  const progress = deps.output.progress("Looking for your keys");
  const scan = await scanForLeaks(deps, at, { staged: flags.on("staged") }).finally(() => progress.clear());
  const code = scan.leaks.length === 0 ? exitCodes.done : exitCodes.unfinished;
  if (json) {
    deps.output.json(leakDocument(scan));
    return code;
  }
  const report = renderLeaks(scan, deps.output, at);
  deps.output.answer(`${deps.stdoutIsTerminal ? report : stripVTControlCharacters(report)}\n`);
  return code;
}
