import { parseEnv } from "node:util";
import { readTextFile } from "../files/text-file.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { standardVariable } from "../running/environment.ts";
import { checkDotenv, clearDotenv, writeDotenv } from "../shell/dotenv/write-dotenv.ts";
import type { Target, TargetContext } from "./target.ts";

/** The line `MISTRAL_API_KEY=…` of a dotenv file. Its other lines stay as they are. */
export class DotenvTarget implements Target {
  readonly #words: string;
  readonly #place: {
    readonly path: string;
    readonly name: string;
    readonly profile: TargetContext["profile"];
  };
  readonly #at: TargetContext["processContext"];

  /** @param words - see `describe` */
  constructor(path: string, words: string, { profile, processContext }: TargetContext) {
    this.#words = words;
    this.#place = { path, name: standardVariable, profile };
    this.#at = processContext;
  }

  describe(): string {
    return this.#words;
  }

  async check(): Promise<void> {
    await checkDotenv(this.#place, this.#at);
  }

  async deliver(key: ApiKey): Promise<void> {
    await writeDotenv({ ...this.#place, key }, this.#at);
  }

  async read(): Promise<string | undefined> {
    const reading = await readTextFile(this.#place.path);
    if (reading.state === "unread") return undefined;
    if (reading.state === "absent") return "";
    return parseEnv(reading.file.bytes.toString("utf8"))[standardVariable] ?? "";
  }

  async remove(key: ApiKey): Promise<string> {
    await clearDotenv({ ...this.#place, key }, this.#at);
    return (await this.read()) === ""
      ? `The key was taken out of ${this.#words}; what was there before it is not put back.`
      : `The key is still in ${this.#words} in another form; take it out yourself.`;
  }
}
