import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { MistralKeyError } from "../errors.ts";
import type { ProcessContext } from "../files/process-context.ts";
import { readTextFile } from "../files/text-file.ts";
import { showName } from "../outside-text.ts";
import type { ToolName } from "../profiles/target-reference.ts";
import { standardVariable } from "../running/environment.ts";
import { checkDotenv } from "../shell/dotenv/write-dotenv.ts";
import { openDotenv } from "./dotenv-target.ts";
import { openJson } from "./json-target.ts";
import type { Target, TargetContext } from "./target.ts";
import { toolFiles } from "./tool-files.ts";
import { openVibe } from "./vibe-target.ts";

interface Tool {
  readonly title: string;
  open(path: string, words: string, context: TargetContext): Target;
}

/** The tools that a key can be delivered to by name. None can run a command to get its key here. */
const tools: Readonly<Record<ToolName, Tool>> = {
  vibe: {
    title: "Mistral Vibe",
    open: (path, words, context) => {
      const file = openDotenv(path, words, context);
      return context.processContext.platform === "linux" ? openVibe(file, context) : file;
    },
  },
  llm: {
    title: "llm",
    open: (path, words, context) => keptFromGit(openJson(path, words), path, context),
  },
  opencode: {
    title: "opencode",
    open: (path, words, context) => keptFromGit(openJson(path, words, { type: "api" }), path, context),
  },
  continue: {
    title: "Continue",
    open: (path, words, context) => {
      const { continueConfig } = toolFiles(context.processContext);
      return checking(openDotenv(path, words, context), () => refuseWrittenKey(continueConfig));
    },
  },
  aider: { title: "aider", open: openDotenv },
};

/** The tools that are set up: the folder of the file with their key exists (aider's is the home folder). */
export function toolsSetUp(
  at: ProcessContext,
): readonly { readonly name: ToolName; readonly title: string }[] {
  const files = toolFiles(at);
  return (Object.keys(tools) as ToolName[])
    .map((name) => ({ name, ...tools[name] }))
    .filter(({ name }) => existsSync(dirname(files[name])));
}

/** Opens a tool's target. */
export function openTool(name: ToolName, context: TargetContext): Target {
  const { title, open } = tools[name];
  const path = toolFiles(context.processContext)[name];
  const folder = dirname(path);
  return checking(open(path, `${title} (${showName(path)})`, context), async () => {
    if (existsSync(folder)) return;
    throw new MistralKeyError(
      "usage",
      `${title} has not been set up here: ${showName(folder)} is not there.`,
      { hint: `Start ${title} once, then run the same command again.` },
    );
  });
}

/** Refuses a file that git would commit, as for a dotenv file: people keep their settings in git. */
function keptFromGit(target: Target, path: string, { profile, processContext }: TargetContext): Target {
  return checking(target, async () => {
    await target.check();
    await checkDotenv({ path, name: standardVariable, profile }, processContext);
  });
}

/** Adds a check to a target, also made before a delivery. */
function checking(target: Target, look: () => Promise<void>): Target {
  return {
    ...target,
    check: async () => {
      await look();
      await target.check();
    },
    deliver: async (key) => {
      await look();
      await target.deliver(key);
    },
  };
}

/**
 * Refuses a key written into Continue's own settings, which would stay in use.
 *
 * Source: docs.continue.dev, config.yaml reference, August 2026.
 */
async function refuseWrittenKey(path: string): Promise<void> {
  const reading = await readTextFile(path);
  if (reading.state !== "read") return;
  const { parse } = await import("yaml");
  let models: unknown;
  try {
    models = (parse(reading.file.text, { logLevel: "silent" }) as { models?: unknown } | null)?.models;
  } catch {
    // How Continue treats it is not known.
  }
  const isWritten = (model: unknown) => {
    const { provider, apiKey } = (model ?? {}) as Record<string, unknown>;
    return provider === "mistral" && typeof apiKey === "string" && !/^\s*\$\{\{/.test(apiKey);
  };
  if (!Array.isArray(models) || !models.some(isWritten)) return;
  throw new MistralKeyError(
    "usage",
    `${showName(path)} has a key written into it, which Continue would keep using.`,
    {
      hint: `Put this in its place, then run the same command again: apiKey: \${{ secrets.${standardVariable} }}`,
    },
  );
}
