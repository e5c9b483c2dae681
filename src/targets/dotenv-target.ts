import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { MistralKeyError } from "../errors.ts";
import { readTextFile } from "../files/text-file.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { showName } from "../outside-text.ts";
import type { TargetReference } from "../profiles/target-reference.ts";
import { standardVariable } from "../running/environment.ts";
import { writeDotenv } from "../shell/dotenv/write-dotenv.ts";
import type { KeyThere, Target, TargetContext } from "./target.ts";

/** `dotenv:PATH`: the line `MISTRAL_API_KEY=…` of a dotenv file, its other lines left as they are. */
export class DotenvTarget implements Target {
  readonly #path: string;
  readonly #context: TargetContext;

  constructor(reference: Extract<TargetReference, { readonly kind: "dotenv" }>, context: TargetContext) {
    this.#path = resolve(context.processContext.cwd, reference.path);
    this.#context = context;
  }

  describe(): string {
    return `the dotenv file ${showName(this.#path)}`;
  }

  async check(): Promise<void> {
    const reading = await readTextFile(this.#path);
    if (reading.state !== "unread") return;
    throw new MistralKeyError("usage", `${this.describe()} cannot be read: ${reading.reason}.`);
  }

  async deliver(key: ApiKey): Promise<void> {
    const { profile, processContext } = this.#context;
    await writeDotenv({ path: this.#path, name: standardVariable, key, profile }, processContext);
  }

  async readBack(key: ApiKey): Promise<KeyThere> {
    const reading = await readTextFile(this.#path);
    if (reading.state === "absent") return "none";
    if (reading.state === "unread") return "unreadable";
    const value = parseEnv(reading.file.bytes.toString("utf8"))[standardVariable];
    if (value === undefined || value === "") return "none";
    return value === key.reveal() ? "same" : "another";
  }

  async forget(): Promise<string> {
    return `The key in ${this.describe()} stays there; take the line out yourself.`;
  }
}
