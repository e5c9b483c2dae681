import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Keyring, missingForKeyring, startKeyring } from "../support/keyring.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { describeNeeding } from "../support/needs.ts";
import { runProgram } from "../support/program.ts";
import { filesHolding } from "./key-traces.ts";
import { effects, killedAt, killing } from "./killed-at-effect.ts";

const oldKey = "firstKey".repeat(4);
const newKey = "2ndKey42".repeat(4);
const names = ["a.env", "b.env", "c.env"];

/** A machine of its own: a profile with three targets, the last of which takes no key until it is mended. */
interface Machine {
  readonly env: Readonly<Record<string, string>>;
  /** What each target has. */
  held(): readonly string[];
  mend(): void;
  run(args: readonly string[], input?: string): ReturnType<typeof runProgram>;
}

describeNeeding(
  "a rotation with three targets of which one fails, killed at every effect on the disk",
  {
    missing: [...killing.missing, ...missingForKeyring()],
    packages: "strace dbus gnome-keyring libsecret-tools",
  },
  () => {
    let api: LoopbackMistralApi;
    let keyring: Keyring | undefined;
    let folder: string;

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), "kill-targets-"));
      api = await startMistralApi({ keys: [oldKey, newKey] });
    });
    afterEach(async () => {
      await api.stop();
      await keyring?.stop();
      keyring = undefined;
      rmSync(folder, { recursive: true, force: true });
    });

    async function prepare(store: "file" | "keychain"): Promise<Machine> {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      api.keys.accept(oldKey);
      const env = {
        ...keyring?.env,
        MISTRAL_KEY_HOME: join(folder, "home"),
        MISTRAL_KEY_STORE: store,
        MISTRAL_KEY_SERVER_URL: api.url,
        ...(store === "file" && { MISTRAL_KEY_PASSPHRASE: "a passphrase for tests" }),
      };
      const at = (name: string) => join(folder, name);
      const run = (args: readonly string[], input?: string) =>
        runProgram([...args, "--no-input"], { env, cwd: folder, ...(input !== undefined && { input }) });
      if (store === "keychain") await run(["remove", "--yes"]);
      expect((await run(["init", "--with-key", "--no-verify"], oldKey)).code).toBe(0);
      for (const name of names) writeFileSync(at(name), "A=1\n");
      expect((await run(["push", ...names.map((name) => `dotenv:${name}`)])).code).toBe(0);
      chmodSync(at("c.env"), 0o400);
      return {
        env,
        run,
        held: () => names.map((name) => readFileSync(at(name), "utf8")),
        mend: () => chmodSync(at("c.env"), 0o600),
      };
    }
    const asFile = (key: string) => `A=1\nMISTRAL_API_KEY=${key}\n`;

    it.each(["file", "keychain"] as const)(
      "%s: has a key that works, every target has one of the two whole, and both ways end it",
      async (store) => {
        if (store === "keychain") keyring = await startKeyring({ state: "unlocked" });
        let tried = 0;
        // With the encrypted file each takes its time; what is not a rename there is tried without targets.
        for (const calls of store === "file" ? effects.slice(0, 1) : effects) {
          for (let nth = 1; ; nth += 1) {
            const machine = await prepare(store);
            const { env, run } = machine;
            if (!(await killedAt(calls, nth, { args: ["rotate", "--with-key"], env, input: newKey }))) break;
            tried += 1;
            const where = `killed at ${calls} ${nth}`;
            expect(filesHolding(join(folder, "home"), [oldKey, newKey]), where).toEqual([]);
            const got = await run(["get"]);
            expect([oldKey, newKey], `${where}: ${got.stderr}`).toContain(got.stdout.trim());
            for (const held of machine.held()) expect([oldKey, newKey].map(asFile), where).toContain(held);

            machine.mend();
            const isUnderWay = async () =>
              JSON.parse((await run(["status", "--json"])).stdout).profiles[0].rotation !== null;
            const wasUnderWay = await isUnderWay();
            if (wasUnderWay && tried % 2 === 0) {
              await run(["rotate", "--finish"]);
              // It waits for the end of the old key, unless the new one was never stored.
              if (await isUnderWay()) {
                api.keys.revoke(oldKey);
                expect((await run(["rotate", "--finish"])).code, where).toBe(0);
              }
            } else if (wasUnderWay) {
              const back = await run(["rotate", "--abort", "--yes"]);
              expect(back.code, `${where}: ${back.stderr}`).toBe(0);
            }
            const inUse = (await run(["get"])).stdout.trim();
            if (wasUnderWay) expect(machine.held(), where).toEqual(names.map(() => asFile(inUse)));
            expect(await isUnderWay(), where).toBe(false);
            // Nothing that holds a key is left beside them.
            if (wasUnderWay) expect(readdirSync(folder).sort(), where).toEqual([...names, "home"]);
          }
        }
        expect(tried).toBeGreaterThan(7);
      },
      600_000,
    );
  },
);
