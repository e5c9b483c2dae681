import type { ApiKey } from "../../keys/api-key.ts";
import { showName } from "../../outside-text.ts";
import type { TargetReference } from "../../profiles/target-reference.ts";
import { standardVariable } from "../../running/environment.ts";
import type { Target, TargetContext } from "../target.ts";
import { ownersProgram } from "./owners-program.ts";

/**
 * The GitHub Actions secret `MISTRAL_API_KEY` of a repository or of one of its environments.
 *
 * Source: cli.github.com/manual/gh_secret_set, August 2026: without `--body` it reads standard input.
 */
export function openGithub(
  { repository, environment }: Extract<TargetReference, { readonly kind: "github" }>,
  context: TargetContext,
): Target {
  const install = "To install it, see https://cli.github.com";
  const hint = "If you are not signed in, or may not set secrets there: gh auth login";
  const gh = ownersProgram({ name: "gh", install, hint }, context);
  const where = ["--repo", repository, ...(environment === undefined ? [] : ["--env", environment])];
  const words = `GitHub Actions (${repository}${environment === undefined ? "" : `, environment ${showName(environment)}`})`;
  /** Lists secret names, which needs permission to set secrets. */
  const listNames = async (key?: ApiKey) => {
    const { stdout } = await gh(["secret", "list", ...where], { key });
    return stdout.split("\n").map((line) => line.split("\t")[0] ?? "");
  };
  return {
    words,
    check: () => listNames(),
    deliver: (key) => gh(["secret", "set", standardVariable, ...where], { input: key }),
    read: async (key) => ((await listNames(key)).includes(standardVariable) ? undefined : []),
    remove: async (key) => {
      await gh(["secret", "delete", standardVariable, ...where], { key });
      return `The secret ${standardVariable} was deleted from ${words}; which key it had cannot be read there.`;
    },
  };
}
