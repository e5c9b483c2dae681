import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import type { ExitCode } from "../../exit-codes.ts";
import { showName } from "../../outside-text.ts";
import { commandEnvironment, parseVariableName, standardVariable } from "../../running/environment.ts";
import { readSettings } from "../../settings.ts";
import { readKeyForUse } from "../../stores/stored-key.ts";

/** Runs a command with the stored key in its environment, and nowhere else. */
export async function run({ args, flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const settings = readSettings(flags, deps);
  const asked = flags.values("as").map(parseVariableName);
  const names = asked.length === 0 ? [standardVariable] : asked;
  const { platform } = deps.processContext();
  const { key } = await readKeyForUse(settings, deps);
  const { env, replaced } = commandEnvironment(deps.env, key, { names, platform });
  if (replaced.length > 0) {
    deps.output.warn(
      `${replaced.join(", ")} held another value; ${showName(args[0] ?? "")} gets the key of profile "${settings.profile}".`,
      0,
    );
  }
  return deps.runCommand(args, { env, redact: flags.on("redact") ? key : undefined });
}
