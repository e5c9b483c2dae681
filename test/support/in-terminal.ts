import type { Deps } from "../../src/deps.ts";
import { Cancelled } from "../../src/errors.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import { TerminalOutput } from "../../src/terminal/output/terminal-output.ts";
import { openPrompts } from "../../src/terminal/prompts/open-prompts.ts";
import { openTestDeps, type TestDepsOptions } from "./deps.ts";

/**
 * Runs a command with real prompts in this process's terminal, with a fixed date and machine name and a
 * keychain in memory. For programs that tests run in a terminal.
 */
export async function runInTerminal(
  options: TestDepsOptions,
  run: (deps: Deps) => Promise<number>,
): Promise<void> {
  const deps = openTestDeps({
    now: new Date("2026-11-23T12:00:00Z"),
    store: new MemoryStore("keychain", "GNOME Keyring"),
    ...options,
  });
  const output = new TerminalOutput(process, { color: true });
  const { stdin: input, stderr, env } = process;
  const open = await openPrompts({ input, output: stderr, env, theme: output.theme, signal: deps.signal });
  try {
    const terminal = { output, interactive: true, absence: undefined, prompts: async () => open() };
    process.exitCode = await run({ ...deps, ...terminal });
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    process.exitCode = 130;
  } finally {
    deps.close();
  }
}
