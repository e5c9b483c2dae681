import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { middayZone } from "../support/midday.ts";
import { program, runProgram } from "../support/program.ts";
import { quickScrypt } from "../support/quick-scrypt.ts";
import { openTerminal, type Terminal } from "../support/terminal.ts";

const key = "testKey0".repeat(4);
let home: string;
let env: Record<string, string>;
let terminal: Terminal | undefined;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "reminders-"));
  env = {
    ...quickScrypt,
    HOME: home,
    TZ: middayZone(),
    MISTRAL_KEY_HOME: join(home, "program"),
    MISTRAL_KEY_STORE: "file",
    MISTRAL_KEY_PASSPHRASE: "correct horse battery staple",
  };
  const init = ["init", "--with-key", "--no-verify", "--expires", "5d"];
  expect((await runProgram(init, { env, input: key })).code).toBe(0);
});

afterEach(async () => {
  await terminal?.close();
  rmSync(home, { recursive: true, force: true });
});

/** Everything shown on a terminal that is all three of a command's streams. */
async function onTerminal(args: readonly string[], more: Record<string, string> = {}): Promise<string> {
  terminal = openTerminal(process.execPath, [program, ...args], { env: { ...env, ...more } });
  await terminal.exit();
  const text = terminal.screen();
  await terminal.close();
  terminal = undefined;
  return text;
}

const reminder = /Key "default" expires in 5 days/;
const command = ["run", "--", "true"];

describe("the reminder that a key expires", () => {
  it("shows on a terminal once, and not again that day", async () => {
    expect(await onTerminal(command)).toMatch(reminder);
    expect(await onTerminal(command)).not.toMatch(reminder);
  });

  it("is silent when MISTRAL_KEY_NO_REMINDERS is set, in CI, and with --json", async () => {
    expect(await onTerminal(command, { MISTRAL_KEY_NO_REMINDERS: "1" })).not.toMatch(reminder);
    expect(await onTerminal(command, { CI: "true" })).not.toMatch(reminder);
    expect(await onTerminal(["get", "--json", "--reveal"])).not.toMatch(reminder);
    expect(await onTerminal(command)).toMatch(reminder);
  });

  it("is silent when stderr is not a terminal: in a pipe, in a script, under cron", async () => {
    for (const args of [command, ["get"], ["env", "--shell", "bash"]]) {
      const { code, stderr } = await runProgram(args, { env });
      expect(stderr).toBe("");
      expect(code).toBe(0);
    }
    // Nothing was recorded either, so the person is still reminded.
    expect(await onTerminal(command)).toMatch(reminder);
  });
});
