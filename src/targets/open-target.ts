import { resolve } from "node:path";
import { MistralKeyError } from "../errors.ts";
import { showName } from "../outside-text.ts";
import { readTarget } from "../profiles/target-reference.ts";
import { openDotenv } from "./dotenv-target.ts";
import { openAws } from "./programs/aws-target.ts";
import { openCommand } from "./programs/command-target.ts";
import { openGithub } from "./programs/github-target.ts";
import { openKubernetes } from "./programs/kubernetes-target.ts";
import { openPass } from "./programs/pass-target.ts";
import { openVercel } from "./programs/vercel-target.ts";
import type { Target, TargetContext } from "./target.ts";
import { openTool } from "./tools.ts";

/**
 * Opens a target, without reading or starting anything.
 *
 * @throws MistralKeyError of kind `usage` for a kind unknown to this version
 */
export function openTarget(target: string, context: TargetContext): Target {
  const reference = readTarget(target);
  if (reference === undefined) {
    throw new MistralKeyError("usage", `This version cannot deliver to ${target}.`, {
      hint: "Update mistral-key.",
    });
  }
  switch (reference.kind) {
    case "dotenv": {
      const path = resolve(context.processContext.cwd, reference.path);
      return openDotenv(path, `the dotenv file ${showName(path)}`, context);
    }
    case "github":
      return openGithub(reference, context);
    case "kubernetes":
      return openKubernetes(reference, context);
    case "aws":
      return openAws(reference.secretId, context);
    case "vercel":
      return openVercel(reference.environment, reference.folder ?? context.processContext.cwd, context);
    case "pass":
      return openPass(reference.path, context);
    case "command":
      return openCommand(reference.command, context);
    default:
      return openTool(reference.kind, context);
  }
}
