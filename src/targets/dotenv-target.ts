import { readTextFile } from "../files/text-file.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { standardVariable } from "../running/environment.ts";
import { readVariable } from "../shell/dotenv/set-variable.ts";
import { checkDotenv, clearDotenv, writeDotenv } from "../shell/dotenv/write-dotenv.ts";
import type { Target, TargetContext } from "./target.ts";

/**
 * The line `MISTRAL_API_KEY=…` of a dotenv file. Its other lines stay as they are.
 *
 * @param words - the target's words
 */
export function openDotenv(path: string, words: string, { profile, processContext }: TargetContext): Target {
  const place = { path, name: standardVariable, profile };
  const read = async () => {
    const reading = await readTextFile(path);
    if (reading.state === "unread") return undefined;
    return reading.state === "absent" ? [] : readVariable(reading.file.text, standardVariable);
  };
  const holds = async (key: ApiKey) => {
    const reading = await readTextFile(path);
    return reading.state === "read" && reading.file.text.includes(key.reveal());
  };
  return {
    words,
    read,
    holds,
    check: () => checkDotenv(place, processContext),
    deliver: (key) => writeDotenv({ ...place, key }, processContext),
    remove: async (key) => {
      await clearDotenv({ ...place, key }, processContext);
      if (await holds(key)) return `The key is still in ${words} in another form; remove it yourself.`;
      const left = await read();
      const rest =
        left && !left.at(-1) ? "an earlier value is not restored" : "another one is there, and stays";
      return `The key was removed from ${words}; ${rest}.`;
    },
  };
}
