import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { runProgram } from "../support/program.ts";
import { quickScrypt } from "../support/quick-scrypt.ts";
import { filesHolding, tracesIn } from "./key-traces.ts";

const oldKey = "firstKey".repeat(4);
const newKey = "2ndKey42".repeat(4);
const adminKey = "admin999".repeat(4);
const keys = [oldKey, newKey, adminKey];

describeWithKeyring("rotate --auto, by the built command", () => {
  let api: LoopbackMistralApi;
  let keyring: Keyring;
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "rotate-auto-"));
    keyring = await startKeyring({ state: "unlocked" });
    api = await startMistralApi({ keys: [oldKey] });
    api.admin.key = adminKey;
    api.admin.add(oldKey, { expiration_date: "2027-01-31" });
    api.admin.upcoming.push(newKey);
  });

  afterEach(async () => {
    await api.stop();
    await keyring.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(["keychain", "file"] as const)("makes, uses, delivers, deletes and proves: %s", async (store) => {
    let printed = "";
    const run = async (args: readonly string[], input?: string) => {
      const env = {
        ...keyring.env,
        ...quickScrypt,
        MISTRAL_KEY_HOME: join(folder, "home"),
        MISTRAL_KEY_SERVER_URL: api.url,
        MISTRAL_KEY_STORE: store,
        MISTRAL_KEY_PASSPHRASE: "a passphrase for tests",
      };
      const ran = await runProgram([...args, "--no-input"], {
        env,
        cwd: folder,
        ...(input !== undefined && { input }),
      });
      printed += args[0] === "get" ? ran.stderr : ran.stdout + ran.stderr;
      expect(ran, ran.stderr).toMatchObject({ code: 0 });
      return ran.stdout;
    };
    await run(["init", "--with-key"], oldKey);
    await run(["init", "--admin", "--with-key"], adminKey);
    await run(["push", "dotenv:.env"]);
    expect(JSON.parse(await run(["rotate", "--auto", "--json"]))).toMatchObject({
      previous: { state: "dead" },
      targets: [{ ok: true }],
    });
    expect(await run(["get"])).toBe(`${newKey}\n`);
    expect(readFileSync(join(folder, ".env"), "utf8")).toBe(`MISTRAL_API_KEY=${newKey}\n`);
    expect([...api.admin.rows.values()].map(({ key }) => key)).toEqual([newKey]);
    expect(JSON.parse(await run(["status", "--json"])).profiles).toMatchObject([{ rotation: null }]);
    expect(tracesIn(printed, keys)).toEqual([]);
    expect(filesHolding(join(folder, "home"), keys)).toEqual([]);
  });
});
