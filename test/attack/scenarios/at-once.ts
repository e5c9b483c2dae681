import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { startMistralApi } from "../../support/mistral-api.ts";
import { Machine } from "../machine.ts";
import type { Scenario } from "../scenario.ts";
import { forKeyring, withKeyring } from "../unlocked-keyring.ts";

const crowd = 30;

/** Thirty commands at the same moment on the same profile. */
export const atOnce: Scenario = {
  name: "at-once",
  says: `${crowd} commands at the same moment on one profile (rotate, init, push, env --write, expires, get, status, verify), keyring and encrypted file in turn`,
  count: 6,
  needs: forKeyring,
  run: (attack) =>
    withKeyring(async (keyring) => {
      const api = await startMistralApi();
      const { report } = attack;
      try {
        await attack.tries(async (random, where, index) => {
          const keys = Array.from({ length: crowd }, () => random.key());
          for (const key of keys) api.keys.accept(key);
          const options = index % 2 === 0 ? { keyring, profile: `crowd-${index}` } : {};
          const machine = new Machine({ attack, serverUrl: api.url, keys, ...options });
          const file = join(machine.project, ".env");
          // Waiting for thirty others is not a hang; the keyring answers one after another.
          const idleMs = 20_000;
          try {
            const [first = ""] = keys;
            await machine.run(["init", "--with-key", "--no-verify", "--no-input"], where, { input: first });
            writeFileSync(file, "A=1\n");
            await machine.run(["push", "dotenv:.env", "--no-input"], where);
            const lines: readonly (readonly string[])[] = [
              ["rotate", "--with-key"],
              ["init", "--with-key", "--yes"],
              ["push"],
              ["env", "--write", ".env"],
              ["expires", "90d"],
              ["get"],
              ["status", "--json"],
              ["verify", "--json"],
              ["rotate", "--finish"],
            ];
            await Promise.all(
              keys.map((input) => {
                const args = random.pick(lines);
                const isAnswer = args[0] === "get";
                return machine.run([...args, "--no-input"], where, { input, idleMs, isAnswer });
              }),
            );
            report.count("inputs", crowd);
            report.expect(
              machine.journals().length <= 1,
              "loss",
              `${where}: several rotations are under way`,
            );
            const got = await machine.get(where);
            report.expect(keys.includes(got.key ?? ""), "loss", `${where}: get exited with ${got.code}`);
            await machine.run(["rotate", "--abort", "--yes", "--no-input"], where);
            const end = await machine.get(where);
            report.expect(
              keys.includes(end.key ?? ""),
              "loss",
              `${where}: at the end get exited with ${end.code}`,
            );
            const slots = Object.keys(await machine.slots()).join(", ");
            report.expect(slots === "current", "loss", `${where}: at the end these slots are full: ${slots}`);
            const { A, MISTRAL_API_KEY } = parseEnv(readFileSync(file, "utf8"));
            const whole = A === "1" && keys.includes(MISTRAL_API_KEY ?? "");
            report.expect(whole, "loss", `${where}: .env is not whole`);
            machine.lookThroughFiles(where, ["project/.env"]);
          } finally {
            machine.remove();
          }
        });
      } finally {
        await api.stop();
      }
    }),
};
