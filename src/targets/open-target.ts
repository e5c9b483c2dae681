import { resolve } from "node:path";
import { MistralKeyError } from "../errors.ts";
import { showName } from "../outside-text.ts";
import { type TargetReference, type ToolName, targetText } from "../profiles/target-reference.ts";
import type { Target, TargetContext } from "./target.ts";

type Kind = TargetReference["kind"];
type Open<K extends Kind> = (
  reference: Extract<TargetReference, { readonly kind: K }>,
  context: TargetContext,
) => Promise<Target>;

async function openTool({ kind }: { readonly kind: ToolName }, context: TargetContext): Promise<Target> {
  return await (await import("./tools.ts")).openTool(kind, context);
}

/** Every kind of target, and the module that knows it. A new one is a row here and a file beside it. */
const kinds: { readonly [K in Kind]?: Open<K> } = {
  dotenv: async ({ path }, context) => {
    const { DotenvTarget } = await import("./dotenv-target.ts");
    const absolute = resolve(context.processContext.cwd, path);
    return new DotenvTarget(absolute, `the dotenv file ${showName(absolute)}`, context);
  },
  vibe: openTool,
  llm: openTool,
  opencode: openTool,
  continue: openTool,
  aider: openTool,
  github: async (reference, context) =>
    new (await import("./programs/github-target.ts")).GithubTarget(reference, context),
  kubernetes: async (reference, context) =>
    new (await import("./programs/kubernetes-target.ts")).KubernetesTarget(reference, context),
  aws: async ({ secretId }, context) =>
    new (await import("./programs/aws-target.ts")).AwsTarget(secretId, context),
  vercel: async ({ environment, folder }, context) =>
    new (await import("./programs/vercel-target.ts")).VercelTarget(
      { environment, folder: folder ?? context.processContext.cwd },
      context,
    ),
  pass: async ({ path }, context) =>
    new (await import("./programs/pass-target.ts")).PassTarget(path, context),
  command: async ({ command }, context) =>
    new (await import("./programs/command-target.ts")).CommandTarget(command, context),
};

/**
 * Opens a target by its reference. Nothing is looked at or started yet.
 *
 * @throws MistralKeyError of kind `usage` for a kind that this version does not know
 */
export async function openTarget(reference: TargetReference, context: TargetContext): Promise<Target> {
  const open = kinds[reference.kind] as Open<Kind> | undefined;
  if (open !== undefined) return await open(reference as never, context);
  throw new MistralKeyError("usage", `This version cannot deliver to ${targetText(reference)}.`, {
    hint: "Update mistral-key.",
  });
}
