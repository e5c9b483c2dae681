import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import type { doctorDocument } from "../../../src/doctor/report.ts";
import { type Keyring, type KeyringState, startKeyring } from "../../support/keyring.ts";
import { describeWithKeyring } from "../../support/keyring-suite.ts";
import { startMistralApi } from "../../support/mistral-api.ts";
import { runProgram, soonMs } from "../../support/program.ts";

const key = "testKey0".repeat(4);

describeWithKeyring("doctor with a real keyring", () => {
  let keyring: Keyring | undefined;
  afterEach(() => keyring?.stop());

  async function look(state: KeyringState) {
    keyring = await startKeyring({ state });
    const { HOME } = keyring.env;
    const cwd = join(HOME, "project");
    mkdirSync(cwd);
    const { code, stdout, ms } = await runProgram(["doctor", "--offline", "--json"], {
      env: keyring.env,
      cwd,
    });
    const document: ReturnType<typeof doctorDocument> = JSON.parse(stdout);
    return { code, ms, keychain: document.checks.find(({ id }) => id === "keychain") };
  }

  it("is content with one that is unlocked", async () => {
    const { code, keychain } = await look("unlocked");
    expect(keychain).toMatchObject({ state: "ok", message: expect.stringContaining("GNOME Keyring") });
    expect(code).toBe(0);
  });

  it.each([
    ["locked", /\(locked\)/],
    ["no-service", /\(absent\)/],
    ["frozen", /\(unresponsive\)/],
  ] as const)("says so when it is %s, and what to do", async (state, says) => {
    const { code, keychain, ms } = await look(state);
    expect(keychain?.state).toBe("fail");
    expect(keychain?.message).toMatch(says);
    expect(keychain?.hint).toContain("--store file");
    expect(code).toBe(7);
    expect(ms).toBeLessThan(soonMs);
  });

  it("finds the key that init stored, and misses it when it is gone", async () => {
    keyring = await startKeyring({ state: "unlocked" });
    const api = await startMistralApi({ keys: [key] });
    try {
      const env = { ...keyring.env, MISTRAL_KEY_SERVER_URL: api.url };
      const cwd = keyring.env.HOME;
      const stored = await runProgram(["init", "--with-key", "--expires", "never"], { env, cwd, input: key });
      expect(stored.code).toBe(0);
      const diagnose = async () => {
        const { code, stdout } = await runProgram(["doctor", "--json"], { env, cwd });
        const { checks }: ReturnType<typeof doctorDocument> = JSON.parse(stdout);
        expect(stdout).not.toContain(key);
        return { code, found: checks.find(({ id }) => id === "key") };
      };
      expect(await diagnose()).toMatchObject({ code: 0, found: { state: "ok" } });
      execFileSync("secret-tool", ["clear", "service", "mistral-key", "account", "default"], {
        env: { ...process.env, ...keyring.env },
      });
      expect(await diagnose()).toMatchObject({ code: 3, found: { state: "fail" } });
    } finally {
      await api.stop();
    }
  });
});
