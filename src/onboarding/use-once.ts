import type { Deps } from "../deps.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { commandEnvironment, standardVariable } from "../running/environment.ts";
import { hang } from "../terminal/output/layout.ts";

/**
 * Starts a shell that has the key, for somebody who has nowhere to keep it: leaving the shell
 * forgets it.
 *
 * @returns the exit code of the shell
 */
export async function useOnce(deps: Deps, key: ApiKey): Promise<ExitCode> {
  const { output } = deps;
  const runner = await deps.runner();
  const { platform } = runner;
  const shell = platform === "win32" ? (deps.env.ComSpec ?? "cmd.exe") : deps.env.SHELL || "/bin/sh";
  const found = runner.find([shell]);
  const { env } = commandEnvironment(deps.env, key, { names: [standardVariable], platform });
  output.print();
  output.print(hang("  ", `A shell starts now that has the key in ${standardVariable}.`, output.columns));
  output.print(hang("  ", "Leave it with exit, and the key is forgotten here.", output.columns));
  output.print();
  return await runner.start(found, { env });
}
