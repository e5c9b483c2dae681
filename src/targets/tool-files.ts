import { realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ProcessContext } from "../files/process-context.ts";

/**
 * Where tools on this machine look for their keys; the files need not exist. Source: the tools' own
 * documentation, August 2026.
 */
export function toolFiles(at: Omit<ProcessContext, "cwd">) {
  const { home, env } = at;
  const ofContinue = absolute(env.CONTINUE_GLOBAL_DIR) ?? join(home, ".continue");
  return {
    // A dotenv file, which outranks Vibe's entry in the keychain.
    vibe: join(absolute(env.VIBE_HOME) ?? join(home, ".vibe"), ".env"),
    // JSON, `{"mistral": KEY}`.
    llm: join(llmFolder(at), "keys.json"),
    // JSON, `{"mistral": {"type": "api", "key": KEY}}`.
    opencode: join(absolute(env.XDG_DATA_HOME) ?? join(home, ".local", "share"), "opencode", "auth.json"),
    // A dotenv file with the values of `${{ secrets.NAME }}` in `config.yaml`.
    continue: join(ofContinue, ".env"),
    continueConfig: join(ofContinue, "config.yaml"),
    // A dotenv file.
    aider: join(home, ".env"),
  };
}

/** The file that a target is, links resolved, since one may have two names; `undefined` for a service. */
export function fileOfTarget(target: string, at: Omit<ProcessContext, "cwd">): string | undefined {
  const files: Readonly<Record<string, string>> = toolFiles(at);
  const path = target.startsWith("dotenv:") ? target.slice("dotenv:".length) : files[target];
  try {
    return path && realpathSync(path);
  } catch {
    return path;
  }
}

/** `llm` uses click's application folder. */
function llmFolder({ platform, home, env }: Omit<ProcessContext, "cwd">): string {
  const override = absolute(env.LLM_USER_PATH);
  if (override !== undefined) return override;
  if (platform === "darwin") return join(home, "Library", "Application Support", "io.datasette.llm");
  if (platform === "win32") {
    return join(absolute(env.APPDATA) ?? join(home, "AppData", "Roaming"), "io.datasette.llm");
  }
  return join(absolute(env.XDG_CONFIG_HOME) ?? join(home, ".config"), "io.datasette.llm");
}

/** Makes a variable's path absolute; `undefined` if unset or empty. */
export function absolute(path: string | undefined): string | undefined {
  return path === undefined || path === "" ? undefined : resolve(path);
}
