import { resolve } from "node:path";
import { MistralKeyError } from "../errors.ts";
import { showName } from "../outside-text.ts";
import { type TargetReference, type ToolName, targetText } from "../profiles/target-reference.ts";
import { DotenvTarget } from "./dotenv-target.ts";
import { AwsTarget } from "./programs/aws-target.ts";
import { CommandTarget } from "./programs/command-target.ts";
import { GithubTarget } from "./programs/github-target.ts";
import { KubernetesTarget } from "./programs/kubernetes-target.ts";
import { PassTarget } from "./programs/pass-target.ts";
import { VercelTarget } from "./programs/vercel-target.ts";
import type { Target, TargetContext } from "./target.ts";
import { openTool } from "./tools.ts";

type Kind = TargetReference["kind"];
type Open<K extends Kind> = (
  reference: Extract<TargetReference, { readonly kind: K }>,
  context: TargetContext,
) => Target;

const openNamedTool = ({ kind }: { readonly kind: ToolName }, context: TargetContext) =>
  openTool(kind, context);

/** Every kind of target, and the module that knows it. A new one is a row here and a file beside it. */
const kinds: { readonly [K in Kind]?: Open<K> } = {
  dotenv: ({ path }, context) => {
    const absolute = resolve(context.processContext.cwd, path);
    return new DotenvTarget(absolute, `the dotenv file ${showName(absolute)}`, context);
  },
  vibe: openNamedTool,
  llm: openNamedTool,
  opencode: openNamedTool,
  continue: openNamedTool,
  aider: openNamedTool,
  github: (reference, context) => new GithubTarget(reference, context),
  kubernetes: (reference, context) => new KubernetesTarget(reference, context),
  aws: ({ secretId }, context) => new AwsTarget(secretId, context),
  vercel: ({ environment, folder }, context) =>
    new VercelTarget({ environment, folder: folder ?? context.processContext.cwd }, context),
  pass: ({ path }, context) => new PassTarget(path, context),
  command: ({ command }, context) => new CommandTarget(command, context),
};

/**
 * Opens a target by its reference. Nothing is looked at or started yet.
 *
 * @throws MistralKeyError of kind `usage` for a kind that this version does not know
 */
export function openTarget(reference: TargetReference, context: TargetContext): Target {
  const open = kinds[reference.kind] as Open<Kind> | undefined;
  if (open !== undefined) return open(reference as never, context);
  throw new MistralKeyError("usage", `This version cannot deliver to ${targetText(reference)}.`, {
    hint: "Update mistral-key.",
  });
}
