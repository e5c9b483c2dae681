import { existsSync } from "node:fs";
import { join } from "node:path";
import { MistralKeyError } from "../../errors.ts";
import type { ApiKey } from "../../keys/api-key.ts";
import { showName } from "../../outside-text.ts";
import { standardVariable } from "../../running/environment.ts";
import type { Target, TargetContext } from "../target.ts";
import { OwnersProgram } from "./owners-program.ts";

/**
 * The environment variable `MISTRAL_API_KEY` of a Vercel project, the one that a folder is linked to.
 *
 * Source: vercel.com/docs/cli/env, March 2026, and the command of vercel 50: it reads standard input.
 */
export class VercelTarget implements Target {
  readonly #vercel: OwnersProgram;
  readonly #environment: string;
  readonly #folder: string;

  /** @param options.folder - absolute */
  constructor(options: { readonly environment: string; readonly folder: string }, context: TargetContext) {
    const install = "To install it: npm install --global vercel";
    this.#vercel = new OwnersProgram({ name: "vercel", install, hintFor }, context);
    this.#environment = options.environment;
    this.#folder = options.folder;
  }

  describe(): string {
    return `Vercel, ${this.#environment} (the project of ${showName(this.#folder)})`;
  }

  async check(): Promise<void> {
    if (!existsSync(join(this.#folder, ".vercel"))) {
      throw new MistralKeyError("usage", `${showName(this.#folder)} is linked to no Vercel project.`, {
        hint: "Link it there: vercel link",
      });
    }
    await this.#vercel.run(["whoami"], { cwd: this.#folder });
  }

  async deliver(key: ApiKey): Promise<void> {
    // Vercel keeps no sensitive variables for development, where people read them.
    const sensitive = this.#environment === "development" ? [] : ["--sensitive"];
    const args = ["env", "add", standardVariable, this.#environment, "--force", "--yes", ...sensitive];
    const answer = await this.#vercel.ask(args, { input: key, cwd: this.#folder });
    if (answer.code !== 0) throw this.#vercel.refused(answer);
    // It ends with 0 after failures of its own, too (seen in vercel 50.44).
    if (/environment variable/i.test(answer.stdout + answer.said)) return;
    throw new MistralKeyError("usage", "vercel ended without saying that it has set the variable.", {
      hint: "See what is there: vercel env ls",
    });
  }

  async read(): Promise<undefined> {
    return undefined;
  }

  async remove(key: ApiKey): Promise<string> {
    const args = ["env", "rm", standardVariable, this.#environment, "--yes"];
    await this.#vercel.run(args, { key, cwd: this.#folder });
    return `${standardVariable} was removed from ${this.describe()}; which key it had cannot be read there. A deployment keeps it until the next one.`;
  }
}

function hintFor(said: string): string | undefined {
  return /credentials|log ?in|not authorized|token/i.test(said) ? "Sign in: vercel login" : undefined;
}
