import { expect } from "vitest";
import { parseCommandLine } from "../../src/cli/parse.ts";
import { exitCodes } from "../../src/exit-codes.ts";
import type { TestDeps } from "./deps.ts";

/** Runs a command line as `main.ts` does. */
export async function runLine(deps: TestDeps, ...argv: readonly string[]): Promise<number> {
  const invocation = parseCommandLine(argv, { columns: () => 80, version: "0" });
  if (invocation.kind === "text") throw new Error(invocation.text);
  const withoutBrowser = { ...deps, opensPages: false, openPage: async () => false };
  const here = invocation.flags.off("browser") ? withoutBrowser : deps;
  const code = (await invocation.command.run(invocation, here)) ?? exitCodes.done;
  expect(deps.script.aloud).toEqual([]);
  return code;
}
