import { Flags } from "../../../src/cli/flags.ts";
import { init } from "../../../src/commands/obtain/init.ts";
import { Cancelled } from "../../../src/errors.ts";
import { MemoryStore } from "../../../src/stores/memory.ts";
import { openOutput } from "../../../src/terminal/output/terminal-output.ts";
import { openPrompts } from "../../../src/terminal/prompts/open-prompts.ts";
import { openTestDeps } from "../../support/deps.ts";

/**
 * `init` with real questions in a terminal, at a fixed day on a machine of a fixed name, with a
 * keychain in memory. Its argument is the address of a Mistral API. The tests run it in a terminal.
 */
const [serverUrl = ""] = process.argv.slice(2);
const deps = openTestDeps({
  serverUrl,
  now: new Date("2026-11-23T12:00:00Z"),
  store: new MemoryStore("keychain", "GNOME Keyring"),
});
const output = openOutput(process, { color: true });
const { signal } = deps;
const prompts = openPrompts({
  input: process.stdin,
  output: process.stderr,
  env: process.env,
  theme: output.theme,
  signal,
});
try {
  const terminal = { output, interactive: true, absence: undefined, prompts: () => prompts };
  process.exitCode = await init({ args: [], flags: new Flags({}) }, { ...deps, ...terminal });
} catch (error) {
  if (!(error instanceof Cancelled)) throw error;
  process.exitCode = 130;
} finally {
  deps.close();
}
