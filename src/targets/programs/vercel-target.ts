import { existsSync } from "node:fs";
import { join } from "node:path";
import { MistralKeyError } from "../../errors.ts";
import { showName } from "../../outside-text.ts";
import { standardVariable } from "../../running/environment.ts";
import type { Target, TargetContext } from "../target.ts";
import { ownersProgram } from "./owners-program.ts";

/**
 * What names the project in place of the folder. Source: vercel, getLinkedProject and getPlatformEnv, November
 * 2026.
 */
const without = ["VERCEL_ORG_ID", "VERCEL_PROJECT_ID", "NOW_ORG_ID", "NOW_PROJECT_ID"];

/**
 * The environment variable `MISTRAL_API_KEY` of the Vercel project that a folder is linked to.
 *
 * Source: vercel.com/docs/cli/env, March 2026, and the command of vercel 50: it reads standard input;
 * vercel.com/docs/environment-variables: a change applies to new deployments only.
 *
 * @param folder - absolute
 */
export function openVercel(environment: string, folder: string, context: TargetContext): Target {
  const install = "To install it: npm install --global vercel";
  const hint = "If you are not signed in: vercel login";
  const program = ownersProgram({ name: "vercel", install, hint, without }, context);
  const vercel: typeof program = async (args, call) => {
    if (existsSync(join(folder, ".vercel"))) return await program(args, { ...call, cwd: folder });
    const message = `${showName(folder)} is not there, or not linked to a Vercel project.`;
    throw new MistralKeyError("usage", message, { hint: "Link it there: vercel link" });
  };
  const words = `Vercel, ${showName(environment)} (the project of ${showName(folder)})`;
  return {
    words,
    takesEffect: "The app gets it only with the next deployment.",
    check: () => vercel(["whoami"]),
    deliver: async (key) => {
      // Vercel has no sensitive variables in development.
      const sensitive = environment === "development" ? [] : ["--sensitive"];
      // No branch: without it, vercel asks for one.
      const branch = environment === "preview" ? [""] : [];
      const args = ["env", "add", standardVariable, environment, ...branch, "--force", "--yes", ...sensitive];
      const { stdout, said } = await vercel(args, { input: key });
      if (!/environment variable/i.test(stdout + said)) throw unsaid("set");
    },
    read: async () => undefined,
    remove: async (key) => {
      const args = ["env", "rm", standardVariable, environment, "--yes"];
      const { stdout, said } = await vercel(args, { key });
      if (!/removed environment variable/i.test(stdout + said)) throw unsaid("removed");
      return `${standardVariable} was removed from ${words}; which key it had cannot be read there. A deployment keeps it until the next one.`;
    },
  };
}

/** Vercel exits with 0 even after some failures (seen in vercel 50.44). */
function unsaid(done: string): MistralKeyError {
  return new MistralKeyError("usage", `vercel exited without saying that it has ${done} the variable.`, {
    hint: "See what is there: vercel env ls",
  });
}
