import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { ProcessContext } from "../files/process-context.ts";
import type { ToolName } from "../profiles/target-reference.ts";
import { absolute, toolFiles } from "../targets/tool-files.ts";
import { assignments, fishVariables } from "./formats/assignments.ts";
import { llmKeys, mistralCodeKeys, opencodeKeys } from "./formats/json-members.ts";
import type { TextFormat } from "./formats/occurrence.ts";
import { aiderKeys, continueKeys } from "./formats/yaml-members.ts";

/** The kind of a place; part of the stable `--json` interface. */
export type PlaceKind = "environment" | "dotenv" | "shell" | ToolName | "mistral-code";

/** A program that reads its key from its own file and stops working without it. */
export interface Tool {
  readonly name: string;
  /** Starts it with the key in a variable; absent when it reads the key only from its file. */
  readonly command?: string;
}

/** A file that may hold a key. */
export interface FilePlace {
  readonly kind: Exclude<PlaceKind, "environment">;
  readonly path: string;
  readonly format: TextFormat;
  readonly tool?: Tool;
}

/**
 * Every file known to hold Mistral keys, whether it exists or not. Source: the tools' own documentation,
 * August 2026.
 */
export async function filePlaces(at: ProcessContext): Promise<readonly FilePlace[]> {
  const folders = projectFolders(at);
  // Tools first: a file that two paths lead to counts as the tool's.
  return [
    ...filesOfTools(at),
    ...[at.home, ...folders].map((folder) =>
      fileOf("aider", "aider", join(folder, ".aider.conf.yml"), aiderKeys, "aider"),
    ),
    ...(await Promise.all(folders.map(dotenvFiles))).flat(),
    ...shellFiles(at),
    { kind: "dotenv" as const, path: join(at.home, ".env"), format: assignments("#") },
  ];
}

/** The current folder and its parents up to the git root; outside a repository, only the current one. */
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
      // direnv's file is a shell script.
      format: assignments(name.startsWith(".envrc") ? ": #" : "#"),
    }));
}

function shellFiles(at: ProcessContext): readonly FilePlace[] {
  const { home, env } = at;
  const zsh = [...new Set([home, absolute(env.ZDOTDIR) ?? home])];
  const fishFolder = join(absolute(env.XDG_CONFIG_HOME) ?? join(home, ".config"), "fish");
  const ofHome = [".bashrc", ".bash_profile", ".bash_login", ".profile"].map((name) => join(home, name));
  const ofZsh = zsh.flatMap((folder) =>
    [".zshrc", ".zshenv", ".zprofile", ".zlogin"].map((name) => join(folder, name)),
  );
  return [
    ...[...ofHome, ...ofZsh].map((path) => ({ path, format: assignments(": #") })),
    { path: join(fishFolder, "config.fish"), format: assignments("#") },
    { path: join(fishFolder, "fish_variables"), format: fishVariables },
    ...powershellProfiles(at).map((path) => ({ path, format: assignments("#") })),
  ].map((file) => ({ kind: "shell", ...file }));
}

/** Source: learn.microsoft.com, about_Profiles, November 2026; OneDrive may hold the documents folder. */
function powershellProfiles({ home, env, platform }: ProcessContext): readonly string[] {
  const documents = [home, absolute(env.OneDrive) ?? join(home, "OneDrive")].flatMap((folder) =>
    ["PowerShell", "WindowsPowerShell"].map((name) => join(folder, "Documents", name)),
  );
  const elsewhere = join(absolute(env.XDG_CONFIG_HOME) ?? join(home, ".config"), "powershell");
  return (platform === "win32" ? documents : [elsewhere]).flatMap((folder) =>
    ["profile.ps1", "Microsoft.PowerShell_profile.ps1"].map((name) => join(folder, name)),
  );
}

function filesOfTools(at: ProcessContext): readonly FilePlace[] {
  const files = toolFiles(at);
  return [
    fileOf("Mistral Vibe", "vibe", files.vibe, assignments("#"), "vibe"),
    fileOf("llm", "llm", files.llm, llmKeys, "llm"),
    fileOf("opencode", "opencode", files.opencode, opencodeKeys, "opencode"),
    fileOf("Continue", "continue", files.continue, assignments("#")),
    fileOf("Continue", "continue", files.continueConfig, continueKeys),
    fileOf("Mistral Code", "mistral-code", join(at.home, ".mistralcode", "config.json"), mistralCodeKeys),
  ];
}

function fileOf(
  name: string,
  kind: FilePlace["kind"],
  path: string,
  format: TextFormat,
  command?: string,
): FilePlace {
  return { kind, path, format, tool: { name, ...(command !== undefined && { command }) } };
}
