import { parseEnv } from "node:util";
import { readTextFile } from "../files/text-file.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { standardVariable } from "../running/environment.ts";
import { checkDotenv, clearDotenv, writeDotenv } from "../shell/dotenv/write-dotenv.ts";
import type { KeyThere, Target, TargetContext } from "./target.ts";

/** The line `MISTRAL_API_KEY=…` of a dotenv file. Its other lines stay as they are. */
export class DotenvTarget implements Target {
  readonly #path: string;
  readonly #words: string;
  readonly #context: TargetContext;

  /** @param options.words - see `describe` */
  constructor(options: { readonly path: string; readonly words: string }, context: TargetContext) {
    this.#path = options.path;
    this.#words = options.words;
    this.#context = context;
  }

  describe(): string {
    return this.#words;
  }

  async check(): Promise<void> {
    await checkDotenv(this.#place, this.#context.processContext);
  }

  async deliver(key: ApiKey): Promise<void> {
    await writeDotenv({ ...this.#place, key }, this.#context.processContext);
  }

  async readBack(key: ApiKey): Promise<KeyThere> {
    const reading = await readTextFile(this.#path);
    if (reading.state === "absent") return "none";
    if (reading.state === "unread") return "unreadable";
    const value = parseEnv(reading.file.bytes.toString("utf8"))[standardVariable];
    if (value === undefined || value === "") return "none";
    return value === key.reveal() ? "same" : "another";
  }

  async forget(key: ApiKey): Promise<string> {
    const gone = await clearDotenv({ ...this.#place, key }, this.#context.processContext);
    const there = await this.readBack(key);
    if (there === "another") return `${this.#words} has another key, which stays there.`;
    if (there !== "none") return `${this.#words} still has the key in another form; take it out yourself.`;
    return gone
      ? `The key was taken out of ${this.#words}; what was there before it is not put back.`
      : `${this.#words} has no key.`;
  }

  get #place() {
    return { path: this.#path, name: standardVariable, profile: this.#context.profile };
  }
}
