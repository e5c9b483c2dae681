import type { ApiKey } from "../../keys/api-key.ts";
import { showName } from "../../outside-text.ts";
import type { KeyThere, Target, TargetContext } from "../target.ts";
import { OwnersProgram } from "./owners-program.ts";

/**
 * The first line of an entry of pass, the standard Unix password manager; further lines stay.
 *
 * Source: pass(1), version 1.7.4.
 */
export class PassTarget implements Target {
  readonly #pass: OwnersProgram;
  readonly #path: string;

  constructor(path: string, context: TargetContext) {
    this.#pass = new OwnersProgram("pass", "See https://www.passwordstore.org", context);
    this.#path = path;
  }

  describe(): string {
    return `the pass entry ${showName(this.#path)}`;
  }

  async check(): Promise<void> {
    await this.#pass.run(["ls"], {}, ({ said }) =>
      /is empty|init/.test(said) ? "Make a password store first: pass init YOUR-GPG-ID" : undefined,
    );
  }

  async deliver(key: ApiKey): Promise<void> {
    const [, ...more] = (await this.#read(key)) ?? [];
    const input = [key.reveal(), ...more].join("\n");
    await this.#pass.run(["insert", "--multiline", "--force", "--", this.#path], { input, key });
  }

  async readBack(key: ApiKey): Promise<KeyThere> {
    const [held = ""] = (await this.#read(key)) ?? [];
    if (held === "") return "none";
    return held === key.reveal() ? "same" : "another";
  }

  async forget(key: ApiKey): Promise<string> {
    const [held, ...more] = (await this.#read(key)) ?? [];
    if (held !== key.reveal()) return `The key is not in ${this.describe()}, which stays as it is.`;
    if (more.some((line) => line !== "")) {
      return `The key is still in ${this.describe()}, since more than the key is there; take it out yourself: pass edit ${this.#path}`;
    }
    await this.#pass.run(["rm", "--force", "--", this.#path], { key });
    return `${this.describe()} was removed; where the store is in git, its history still has the key, encrypted.`;
  }

  /** The lines of the entry; `undefined` where there is none. */
  async #read(key: ApiKey): Promise<readonly string[] | undefined> {
    const answer = await this.#pass.ask(["show", "--", this.#path], { key });
    if (answer.code === 0) return answer.stdout.split("\n");
    if (/is not in the password store/.test(answer.said)) return undefined;
    throw this.#pass.failure(`pass refused: ${answer.said}`, "Unlock your GPG key, then try again.");
  }
}
