import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { ProcessContext } from "../files/process-context.ts";
import { toolFiles } from "../targets/tool-files.ts";
import type { TextFormat } from "./formats/occurrence.ts";

/** What a place is; part of the stable `--json` surface. */
export type PlaceKind =
  | "environment"
  | "dotenv"
  | "shell"
  | "vibe"
  | "llm"
  | "opencode"
  | "continue"
  | "aider"
  | "mistral-code";

/** A program that reads its key from its own file, and stops working when the key is taken out. */
export interface Tool {
  readonly name: string;
  /** How it is started, and the variable it takes a key from; absent where it takes one from its file only. */
  readonly start?: { readonly command: string; readonly variable: string };
}

/** A file that may hold a key. */
export interface FilePlace {
  readonly kind: Exclude<PlaceKind, "environment">;
  readonly path: string;
  /** Loads the reader of its format, only when the file is there. */
  format(): Promise<TextFormat>;
  readonly tool?: Tool;
}

const dotenv = async (): Promise<TextFormat> =>
  (await import("./formats/assignments.ts")).assignments("dotenv");
const posix = async (): Promise<TextFormat> =>
  (await import("./formats/assignments.ts")).assignments("posix");
const fish = async (): Promise<TextFormat> => (await import("./formats/assignments.ts")).assignments("fish");

/** Every file in which Mistral keys are known to lie, whether it is there or not. Source: the tools' own documentation, August 2026. */
export async function filePlaces(at: ProcessContext): Promise<readonly FilePlace[]> {
  const folders = projectFolders(at);
  // Tools first: a file that is reached in two ways is theirs.
  return [
    ...filesOfTools(at),
    ...[at.home, ...folders].map(aiderFile),
    ...(await Promise.all(folders.map(dotenvFiles))).flat(),
    ...shellFiles(at),
    { kind: "dotenv" as const, path: join(at.home, ".env"), format: dotenv },
  ];
}

/** This folder and those above it, up to the top of the git repository; without one only this folder. */
function projectFolders({ cwd }: ProcessContext): readonly string[] {
  const folders: string[] = [];
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    folders.push(folder);
    if (existsSync(join(folder, ".git"))) return folders;
    if (dirname(folder) === folder) return folders.slice(0, 1);
  }
}

async function dotenvFiles(folder: string): Promise<readonly FilePlace[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => name.startsWith(".env"))
    .sort()
    .slice(0, 100)
    .map((name) => ({
      kind: "dotenv",
      path: join(folder, name),
      // direnv's file is a script.
      format: name.startsWith(".envrc") ? posix : dotenv,
    }));
}

function shellFiles({ home, env }: ProcessContext): readonly FilePlace[] {
  const zsh = [...new Set([home, absolute(env.ZDOTDIR) ?? home])];
  const fishFolder = join(absolute(env.XDG_CONFIG_HOME) ?? join(home, ".config"), "fish");
  const ofHome = [".bashrc", ".bash_profile", ".bash_login", ".profile"].map((name) => join(home, name));
  const ofZsh = zsh.flatMap((folder) =>
    [".zshrc", ".zshenv", ".zprofile", ".zlogin"].map((name) => join(folder, name)),
  );
  return [
    ...[...ofHome, ...ofZsh].map((path) => ({ kind: "shell" as const, path, format: posix })),
    { kind: "shell" as const, path: join(fishFolder, "config.fish"), format: fish },
    {
      kind: "shell" as const,
      path: join(fishFolder, "fish_variables"),
      format: async () => (await import("./formats/assignments.ts")).fishVariables,
    },
  ];
}

function filesOfTools(at: ProcessContext): readonly FilePlace[] {
  const files = toolFiles(at);
  return [
    {
      kind: "vibe",
      path: files.vibe,
      format: dotenv,
      tool: { name: "Mistral Vibe", start: { command: "vibe", variable: "MISTRAL_API_KEY" } },
    },
    {
      kind: "llm",
      path: files.llm,
      format: async () => {
        const { jsonMembers, llmRule } = await import("./formats/json-members.ts");
        return jsonMembers(llmRule);
      },
      tool: { name: "llm", start: { command: "llm", variable: "LLM_MISTRAL_KEY" } },
    },
    {
      kind: "opencode",
      path: files.opencode,
      format: async () => {
        const { jsonMembers, opencodeRule } = await import("./formats/json-members.ts");
        return jsonMembers(opencodeRule);
      },
      tool: { name: "opencode", start: { command: "opencode", variable: "MISTRAL_API_KEY" } },
    },
    {
      kind: "continue",
      path: files.continueSecrets,
      format: dotenv,
      tool: { name: "Continue" },
    },
    {
      kind: "continue",
      path: files.continueConfig,
      format: async () => {
        const { continueRule, yamlMembers } = await import("./formats/yaml-members.ts");
        return yamlMembers(continueRule);
      },
      tool: { name: "Continue" },
    },
    {
      kind: "mistral-code",
      path: join(at.home, ".mistralcode", "config.json"),
      format: async () => {
        const { jsonMembers, mistralCodeRule } = await import("./formats/json-members.ts");
        return jsonMembers(mistralCodeRule);
      },
      tool: { name: "Mistral Code" },
    },
  ];
}

function aiderFile(folder: string): FilePlace {
  return {
    kind: "aider",
    path: join(folder, ".aider.conf.yml"),
    format: async () => {
      const { aiderRule, yamlMembers } = await import("./formats/yaml-members.ts");
      return yamlMembers(aiderRule);
    },
    tool: { name: "aider", start: { command: "aider", variable: "MISTRAL_API_KEY" } },
  };
}

function absolute(path: string | undefined): string | undefined {
  return path === undefined || path === "" ? undefined : resolve(path);
}
