import { shellWord } from "../../hints.ts";
import type { ApiKey } from "../../keys/api-key.ts";
import { showName } from "../../outside-text.ts";
import type { Target, TargetContext } from "../target.ts";
import { ownersProgram } from "./owners-program.ts";

/**
 * The first line of an entry of pass, the standard Unix password manager; other lines stay.
 *
 * Source: pass(1), version 1.7.4.
 */
export function openPass(path: string, context: TargetContext): Target {
  const install = "See https://www.passwordstore.org";
  const hint =
    "If there is no password store yet: pass init YOUR-GPG-ID\nOtherwise unlock your GPG key, then try again.";
  const pass = ownersProgram({ name: "pass", install, hint }, context);
  const words = `the pass entry ${showName(path)}`;
  /** Decoded as Latin-1, one character per byte, so that lines in any encoding survive. */
  const readLines = async (key: ApiKey) => {
    const call = { key, encoding: "latin1", absent: /is not in the password store/ } as const;
    const lines = (await pass(["show", "--", path], call)).stdout.split("\n");
    // Of a folder, it shows a tree.
    return lines[0] === path && /^[^ -~]|^[|`]--/.test(lines[1] ?? "") ? [""] : lines;
  };
  return {
    words,
    check: () => pass(["ls"]),
    deliver: async (key) => {
      const [, ...more] = await readLines(key);
      const input = Buffer.from([key.reveal(), ...more].join("\n"), "latin1");
      await pass(["insert", "--multiline", "--force", "--", path], { input, key });
    },
    read: async (key) => (await readLines(key)).slice(0, 1),
    remove: async (key) => {
      const [, ...more] = await readLines(key);
      if (more.some((line) => line !== "")) {
        return `The key is still in ${words}, since the entry holds more than the key; remove it yourself: pass edit ${shellWord(path)}`;
      }
      await pass(["rm", "--force", "--", path], { key });
      return `The key was removed with ${words}; where the store is in git, its history still has it, encrypted.`;
    },
  };
}
