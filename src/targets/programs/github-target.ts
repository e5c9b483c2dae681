import type { ApiKey } from "../../keys/api-key.ts";
import type { TargetReference } from "../../profiles/target-reference.ts";
import { standardVariable } from "../../running/environment.ts";
import type { Target, TargetContext } from "../target.ts";
import { OwnersProgram } from "./owners-program.ts";

/**
 * The secret `MISTRAL_API_KEY` of GitHub Actions, of a repository or of one of its environments.
 *
 * Source: cli.github.com/manual/gh_secret_set, August 2026: without `--body` it reads standard input.
 */
export class GithubTarget implements Target {
  readonly #gh: OwnersProgram;
  readonly #where: readonly string[];
  readonly #words: string;

  constructor(
    { repository, environment }: Extract<TargetReference, { readonly kind: "github" }>,
    context: TargetContext,
  ) {
    const install = "It is GitHub's own: https://cli.github.com";
    this.#gh = new OwnersProgram({ name: "gh", install, hintFor }, context);
    this.#where = ["--repo", repository, ...(environment === null ? [] : ["--env", environment])];
    const of = environment === null ? repository : `${repository}, environment ${environment}`;
    this.#words = `GitHub Actions (${of})`;
  }

  describe(): string {
    return this.#words;
  }

  async check(): Promise<void> {
    await this.#names();
  }

  async deliver(key: ApiKey): Promise<void> {
    await this.#gh.run(["secret", "set", standardVariable, ...this.#where], { input: key });
  }

  async read(key: ApiKey): Promise<string | undefined> {
    return (await this.#names(key)).includes(standardVariable) ? undefined : "";
  }

  async remove(key: ApiKey): Promise<string> {
    await this.#gh.run(["secret", "delete", standardVariable, ...this.#where], { key });
    return `The secret ${standardVariable} was deleted from ${this.#words}; which key it had cannot be read there.`;
  }

  /** The names of the secrets, which only somebody sees who may set them. */
  async #names(key?: ApiKey): Promise<readonly string[]> {
    const listed = await this.#gh.run(["secret", "list", ...this.#where], { key });
    return listed.split("\n").map((line) => line.split("\t")[0] ?? "");
  }
}

function hintFor(said: string): string | undefined {
  if (/gh auth login|not logged|HTTP 401|authentication/i.test(said)) return "Sign in: gh auth login";
  if (!/HTTP 40[34]/.test(said)) return undefined;
  return "Check the names, and that you are signed in as somebody who may set secrets there: gh auth status";
}
