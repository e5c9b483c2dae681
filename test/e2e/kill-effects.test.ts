import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { describeNeeding } from "../support/needs.ts";
import { type Run, runProgram } from "../support/program.ts";
import { filesHolding } from "./key-traces.ts";
import { effects, killedAt, killing } from "./killed-at-effect.ts";

const oldKey = "firstKey".repeat(4);
const newKey = "2ndKey42".repeat(4);
describeNeeding(
  "the built command with an encrypted file, killed at every effect on the disk",
  killing,
  () => {
    let api: LoopbackMistralApi;
    let folder: string;
    let home: string;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "kill-effects-"));
      api = await startMistralApi({ keys: [oldKey, newKey] });
      home = join(folder, "stored");
      const stored = await run(["init", "--with-key", "--no-verify"], oldKey);
      expect(stored.code, stored.stderr).toBe(0);
      cpSync(home, join(folder, "rotated"), { recursive: true });
      home = join(folder, "rotated");
      expect((await run(["rotate", "--with-key"], newKey)).code).toBe(9);
    }, 60_000);

    beforeEach(() => {
      api.keys.accept(oldKey);
      api.keys.accept(newKey);
    });

    afterAll(async () => {
      await api.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const env = () => ({
      MISTRAL_KEY_HOME: home,
      MISTRAL_KEY_STORE: "file",
      MISTRAL_KEY_PASSPHRASE: "a passphrase for tests",
      MISTRAL_KEY_SERVER_URL: api.url,
    });
    const run = (args: readonly string[], input?: string): Promise<Run> =>
      runProgram([...args, "--no-input"], { env: env(), ...(input === undefined ? {} : { input }) });

    /** Does something to a copy of a machine, killed at each of its effects in turn. */
    async function atEveryEffect(
      machine: "stored" | "rotated",
      args: readonly string[],
      input: string | undefined,
      check: (where: string, turn: number) => Promise<void>,
    ): Promise<number> {
      let tried = 0;
      for (const calls of effects) {
        for (let nth = 1; ; nth += 1) {
          api.keys.accept(oldKey);
          home = mkdtempSync(join(folder, "copy-"));
          cpSync(join(folder, machine), home, { recursive: true });
          if (args.includes("--finish")) api.keys.revoke(oldKey);
          if (!(await killedAt(calls, nth, { args, env: env(), input }))) break;
          tried += 1;
          const where = `${args.join(" ")}, killed at ${calls} ${nth}`;
          expect(filesHolding(home, [oldKey, newKey]), where).toEqual([]);
          await check(where, tried);
        }
      }
      return tried;
    }

    async function expectInUse(where: string, ...keys: readonly string[]): Promise<void> {
      const got = await run(["get"]);
      expect(got.code, `${where}: ${got.stderr}`).toBe(0);
      expect(keys, where).toContain(got.stdout.trim());
    }

    const underWay = () => {
      try {
        return readdirSync(join(home, "rotations")).includes("default.json");
      } catch {
        return false;
      }
    };
    const slots = () => readdirSync(join(home, "keys")).filter((file) => file.endsWith(".age"));

    it("leaves a rotation that has a working key and can be finished or taken back", async () => {
      const tried = await atEveryEffect("stored", ["rotate", "--with-key"], newKey, async (where, turn) => {
        await expectInUse(where, oldKey, newKey);
        const staged = slots().some((file) => file.includes("next") || file.includes("previous"));
        if (!underWay()) return expect(staged, where).toBe(false);
        const finishes = turn % 2 === 0 && staged;
        if (finishes) api.keys.revoke(oldKey);
        const end = await run(["rotate", ...(finishes ? ["--finish"] : ["--abort", "--yes"])]);
        expect(end.code, `${where}: ${end.stderr}`).toBe(0);
        expect(slots(), where).toEqual(["default.age"]);
      });
      expect(tried).toBeGreaterThan(8);
    }, 240_000);

    it("leaves a way back that has a working key, whichever of the two dies then", async () => {
      const tried = await atEveryEffect(
        "rotated",
        ["rotate", "--abort", "--yes"],
        undefined,
        async (where, turn) => {
          const both = slots().length > 1 && turn % 2 === 0;
          if (both) api.keys.revoke(oldKey);
          if (underWay()) await run(["rotate", "--finish"]);
          await expectInUse(where, ...(both ? [newKey] : [oldKey, newKey]));
        },
      );
      expect(tried).toBeGreaterThan(6);
    }, 240_000);

    it("leaves an end that can be repeated", async () => {
      const tried = await atEveryEffect("rotated", ["rotate", "--finish"], undefined, async (where) => {
        if (underWay()) expect((await run(["rotate", "--finish"])).code, where).toBe(0);
        expect(slots(), where).toEqual(["default.age"]);
      });
      expect(tried).toBeGreaterThan(2);
    }, 120_000);
  },
);
