import { parseEnv } from "node:util";
import { readTextFile } from "../files/text-file.ts";
import { standardVariable } from "../running/environment.ts";
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
    if (reading.state === "absent") return "";
    return parseEnv(reading.file.bytes.toString("utf8"))[standardVariable] ?? "";
  };
  return {
    words,
    read,
    check: () => checkDotenv(place, processContext),
    deliver: (key) => writeDotenv({ ...place, key }, processContext),
    remove: async (key) => {
      await clearDotenv({ ...place, key }, processContext);
      return (await read()) === ""
        ? `The key was removed from ${words}; an earlier value is not restored.`
        : `The key is still in ${words} in another form; remove it yourself.`;
    },
  };
}
