import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { MistralKeyError } from "../errors.ts";
import type { ProcessContext } from "../files/process-context.ts";
import { readTextFile } from "../files/text-file.ts";
import { showName } from "../outside-text.ts";
import type { ToolName } from "../profiles/target-reference.ts";
import { standardVariable } from "../running/environment.ts";
import { DotenvTarget } from "./dotenv-target.ts";
import { JsonTarget } from "./json-target.ts";
import type { Target, TargetContext } from "./target.ts";
import { type ToolFiles, toolFiles } from "./tool-files.ts";
import { VibeTarget } from "./vibe-target.ts";

interface Tool {
  readonly title: string;
  /** In this file's folder the tool keeps its own things, so that it is set up where the folder is there. */
  readonly home: keyof ToolFiles;
  open(files: ToolFiles, context: TargetContext): Target;
}

/** The tools that a key can be delivered to by name. None of them can ask a command for its key in the place used here. */
const tools: Readonly<Record<ToolName, Tool>> = {
  vibe: {
    title: "Mistral Vibe",
    home: "vibe",
    open: ({ vibe }, context) => {
      const file = dotenvOf("Mistral Vibe", vibe, context);
      if (context.processContext.platform !== "linux") return file;
      return new VibeTarget(file, context);
    },
  },
  llm: {
    title: "llm",
    home: "llm",
    open: ({ llm }) =>
      new JsonTarget({ path: llm, words: wordsFor("llm", llm), member: "mistral", within: [] }),
  },
  opencode: {
    title: "opencode",
    home: "opencode",
    open: ({ opencode: path }) => {
      const words = wordsFor("opencode", path);
      return new JsonTarget({ path, words, member: "mistral", within: ["key"], beside: { type: "api" } });
    },
  },
  continue: {
    title: "Continue",
    home: "continueSecrets",
    open: ({ continueSecrets, continueConfig }, context) =>
      checking(dotenvOf("Continue", continueSecrets, context), () => refuseWrittenKey(continueConfig)),
  },
  aider: {
    title: "aider",
    home: "aider",
    open: ({ aider }, context) => dotenvOf("aider", aider, context),
  },
};

/** The tools whose own folder is there (aider's is the home folder), with their titles. */
export function toolsSetUp(
  at: ProcessContext,
): readonly { readonly name: ToolName; readonly title: string }[] {
  const files = toolFiles(at);
  return (Object.keys(tools) as ToolName[])
    .map((name) => ({ name, ...tools[name] }))
    .filter(({ home }) => existsSync(dirname(files[home])));
}

/** Opens the place of a tool. */
export function openTool(name: ToolName, context: TargetContext): Target {
  const { title, home, open } = tools[name];
  const files = toolFiles(context.processContext);
  return checking(open(files, context), async () => {
    const folder = dirname(files[home]);
    if (existsSync(folder)) return;
    throw new MistralKeyError(
      "usage",
      `${title} has not been set up here: ${showName(folder)} is not there.`,
      { hint: `Start ${title} once, then run the same command again.` },
    );
  });
}

function wordsFor(title: string, path: string): string {
  return `${title} (${showName(path)})`;
}

function dotenvOf(title: string, path: string, context: TargetContext): DotenvTarget {
  return new DotenvTarget(path, wordsFor(title, path), context);
}

/** The same target, looked at more closely before a key is put there. */
function checking(target: Target, look: () => Promise<void>): Target {
  return {
    describe: () => target.describe(),
    read: (key) => target.read(key),
    remove: (key) => target.remove(key),
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
 * A key that is written into Continue's settings themselves would go on being used.
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
    // What Continue does with it is not known.
  }
  const isWritten = (model: unknown) => {
    const { provider, apiKey } = (model ?? {}) as Record<string, unknown>;
    return provider === "mistral" && typeof apiKey === "string" && !/^\s*\$\{\{/.test(apiKey);
  };
  if (!Array.isArray(models) || !models.some(isWritten)) return;
  throw new MistralKeyError(
    "usage",
    `${showName(path)} has a key written into it, which Continue would go on using.`,
    {
      hint: `Put this in its place, then run the same command again: apiKey: \${{ secrets.${standardVariable} }}`,
    },
  );
}
