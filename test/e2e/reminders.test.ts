import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { dayAfter } from "../../src/keys/expiry.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { profileOf } from "../../src/profiles/known-key.ts";
import { ProfileFolder } from "../../src/profiles/profile-folder.ts";
import { openEncryptedFile } from "../../src/stores/encrypted-file/open-encrypted-file.ts";
import { program, runProgram } from "../support/program.ts";
import { openTerminal, type Terminal } from "../support/terminal.ts";

const key = ApiKey.of("testKey0".repeat(4));
let home: string;
let env: Record<string, string>;
let terminal: Terminal | undefined;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "reminders-"));
  const folder = join(home, "program");
  env = { HOME: home, MISTRAL_KEY_HOME: folder, MISTRAL_KEY_PASSPHRASE: "correct horse battery staple" };
  const now = new Date();
  const known = { name: defaultProfile, key, store: "file", endpoint: { region: "global" } } as const;
  new ProfileFolder(folder).write(profileOf({ ...known, expiresAt: dayAfter(5, now) }, now));
  const store = openEncryptedFile({ folder, env, signal: new AbortController().signal });
  await store.set({ profile: defaultProfile, slot: "current" }, key);
});

afterEach(async () => {
  await terminal?.close();
  rmSync(home, { recursive: true, force: true });
});

/** Everything on a terminal of which a command has all three streams. */
async function onTerminal(args: readonly string[], more: Record<string, string> = {}): Promise<string> {
  terminal = openTerminal(process.execPath, [program, ...args], { env: { ...env, ...more } });
  await terminal.exit();
  const text = terminal.screen();
  await terminal.close();
  terminal = undefined;
  return text;
}

const reminder = /Key "default" ends in 5 days/;
const command = ["run", "--", "true"];

describe("the reminder that a key ends", () => {
  it("shows on a terminal once, and not again that day", async () => {
    expect(await onTerminal(command)).toMatch(reminder);
    expect(await onTerminal(command)).not.toMatch(reminder);
  });

  it("is silent where MISTRAL_KEY_NO_REMINDERS is set, and with --json", async () => {
    expect(await onTerminal(command, { MISTRAL_KEY_NO_REMINDERS: "1" })).not.toMatch(reminder);
    expect(await onTerminal(["get", "--json", "--reveal"])).not.toMatch(reminder);
    expect(await onTerminal(command)).toMatch(reminder);
  });

  it("is silent where stderr is no terminal: in a pipe, in a script, under cron", async () => {
    for (const args of [command, ["get"], ["env", "--shell", "bash"]]) {
      const { code, stderr } = await runProgram(args, { env });
      expect(stderr).toBe("");
      expect(code).toBe(0);
    }
    // Nothing was noted either, so the person still hears of it.
    expect(await onTerminal(command)).toMatch(reminder);
  });
});
