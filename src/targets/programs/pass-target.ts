import type { ApiKey } from "../../keys/api-key.ts";
import { showName } from "../../outside-text.ts";
import type { Target, TargetContext } from "../target.ts";
import { OwnersProgram } from "./owners-program.ts";

/**
 * The first line of an entry of pass, the standard Unix password manager; other lines stay.
 *
 * Source: pass(1), version 1.7.4.
 */
export function openPass(path: string, context: TargetContext): Target {
  const install = "See https://www.passwordstore.org";
  const hint =
    "If there is no password store yet: pass init YOUR-GPG-ID\nElse unlock your GPG key, then try again.";
  const pass = new OwnersProgram({ name: "pass", install, hint }, context);
  const words = `the pass entry ${showName(path)}`;
  const readLines = async (key: ApiKey) => {
    const call = { key, absent: /is not in the password store/ };
    return (await pass.run(["show", "--", path], call)).stdout.split("\n");
  };
  return {
    words,
    check: async () => {
      await pass.run(["ls"]);
    },
    deliver: async (key) => {
      const [, ...more] = await readLines(key);
      const input = [key.reveal(), ...more].join("\n");
      await pass.run(["insert", "--multiline", "--force", "--", path], { input, key });
    },
    read: async (key) => (await readLines(key))[0] ?? "",
    remove: async (key) => {
      const [, ...more] = await readLines(key);
      if (more.some((line) => line !== "")) {
        return `The key is still in ${words}, since more than the key is there; take it out yourself: pass edit ${path}`;
      }
      await pass.run(["rm", "--force", "--", path], { key });
      return `${words} was removed; where the store is in git, its history still has the key, encrypted.`;
    },
  };
}
