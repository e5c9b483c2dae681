import { resolve } from "node:path";
import { MistralKeyError } from "../errors.ts";
import { showName } from "../outside-text.ts";
import type { TargetReference } from "../profiles/target-reference.ts";
import { dotenvTarget } from "./dotenv-target.ts";
import { awsTarget } from "./programs/aws-target.ts";
import { commandTarget } from "./programs/command-target.ts";
import { githubTarget } from "./programs/github-target.ts";
import { kubernetesTarget } from "./programs/kubernetes-target.ts";
import { passTarget } from "./programs/pass-target.ts";
import { vercelTarget } from "./programs/vercel-target.ts";
import type { Target, TargetContext } from "./target.ts";
import { openTool } from "./tools.ts";

/**
 * Opens a target by its reference. Nothing is looked at or started yet.
 *
 * @throws MistralKeyError of kind `usage` for a kind that this version does not know
 */
export function openTarget(reference: TargetReference, context: TargetContext): Target {
  switch (reference.kind) {
    case "dotenv": {
      const path = resolve(context.processContext.cwd, reference.path);
      return dotenvTarget(path, `the dotenv file ${showName(path)}`, context);
    }
    case "github":
      return githubTarget(reference, context);
    case "kubernetes":
      return kubernetesTarget(reference, context);
    case "aws":
      return awsTarget(reference.secretId, context);
    case "vercel":
      return vercelTarget(reference.environment, reference.folder ?? context.processContext.cwd, context);
    case "pass":
      return passTarget(reference.path, context);
    case "command":
      return commandTarget(reference.command, context);
    case "unknown":
      throw new MistralKeyError("usage", `This version cannot deliver to ${reference.text}.`, {
        hint: "Update mistral-key.",
      });
    default:
      return openTool(reference.kind, context);
  }
}
