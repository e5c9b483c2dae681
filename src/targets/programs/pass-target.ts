import type { ApiKey } from "../../keys/api-key.ts";
import { showName } from "../../outside-text.ts";
import type { Target, TargetContext } from "../target.ts";
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
    const install = "See https://www.passwordstore.org";
    this.#pass = new OwnersProgram({ name: "pass", install, hintFor }, context);
    this.#path = path;
  }

  describe(): string {
    return `the pass entry ${showName(this.#path)}`;
  }

  async check(): Promise<void> {
    await this.#pass.run(["ls"]);
  }

  async deliver(key: ApiKey): Promise<void> {
    const [, ...more] = await this.#lines(key);
    const input = [key.reveal(), ...more].join("\n");
    await this.#pass.run(["insert", "--multiline", "--force", "--", this.#path], { input, key });
  }

  async read(key: ApiKey): Promise<string> {
    return (await this.#lines(key))[0] ?? "";
  }

  async remove(key: ApiKey): Promise<string> {
    const [, ...more] = await this.#lines(key);
    if (more.some((line) => line !== "")) {
      return `The key is still in ${this.describe()}, since more than the key is there; take it out yourself: pass edit ${this.#path}`;
    }
    await this.#pass.run(["rm", "--force", "--", this.#path], { key });
    return `${this.describe()} was removed; where the store is in git, its history still has the key, encrypted.`;
  }

  /** The lines of the entry; none where there is no such entry. */
  async #lines(key: ApiKey): Promise<readonly string[]> {
    const answer = await this.#pass.ask(["show", "--", this.#path], { key });
    if (answer.code === 0) return answer.stdout.split("\n");
    if (/is not in the password store/.test(answer.said)) return [];
    throw this.#pass.refused(answer);
  }
}

function hintFor(said: string): string {
  return /is empty|pass init/.test(said)
    ? "Make a password store first: pass init YOUR-GPG-ID"
    : "Unlock your GPG key, then try again.";
}
