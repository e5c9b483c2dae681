import { parseCommandLine } from "../../src/cli/parse.ts";
import type { Deps } from "../../src/deps.ts";

/** Runs a command line as `main.ts` does. */
export async function runLine(deps: Deps, ...argv: readonly string[]): Promise<number> {
  const invocation = parseCommandLine(argv, { columns: () => 80, version: "0" });
  if (invocation.kind === "text") throw new Error(invocation.text);
  return await invocation.command.run(invocation, deps);
}
