import { join, resolve } from "node:path";
import type { ProcessContext } from "../files/process-context.ts";

/** Where tools on this machine look for their keys. Source: the tools' own documentation, August 2026. */
export interface ToolFiles {
  /** Mistral Vibe: a dotenv file, which outranks its entry in the keychain. */
  readonly vibe: string;
  /** `llm`: JSON, `{"mistral": KEY}`. */
  readonly llm: string;
  /** opencode: JSON, `{"mistral": {"type": "api", "key": KEY}}`. */
  readonly opencode: string;
  /** Continue: a dotenv file with what `${{ secrets.NAME }}` in `config.yaml` stands for. */
  readonly continueSecrets: string;
  readonly continueConfig: string;
  /** aider: a dotenv file. */
  readonly aider: string;
}

/** The files of tools, whether they are there or not. */
export function toolFiles(at: Omit<ProcessContext, "cwd">): ToolFiles {
  const { home, env } = at;
  const ofContinue = absolute(env.CONTINUE_GLOBAL_DIR) ?? join(home, ".continue");
  return {
    vibe: join(absolute(env.VIBE_HOME) ?? join(home, ".vibe"), ".env"),
    llm: join(llmFolder(at), "keys.json"),
    opencode: join(absolute(env.XDG_DATA_HOME) ?? join(home, ".local", "share"), "opencode", "auth.json"),
    continueSecrets: join(ofContinue, ".env"),
    continueConfig: join(ofContinue, "config.yaml"),
    aider: join(home, ".env"),
  };
}

/** `llm` keeps its files where click puts those of an application. */
function llmFolder({ platform, home, env }: Omit<ProcessContext, "cwd">): string {
  const override = absolute(env.LLM_USER_PATH);
  if (override !== undefined) return override;
  if (platform === "darwin") return join(home, "Library", "Application Support", "io.datasette.llm");
  if (platform === "win32") {
    return join(absolute(env.APPDATA) ?? join(home, "AppData", "Roaming"), "io.datasette.llm");
  }
  return join(absolute(env.XDG_CONFIG_HOME) ?? join(home, ".config"), "io.datasette.llm");
}

/** The path that a variable holds, made absolute; `undefined` where it holds none. */
export function absolute(path: string | undefined): string | undefined {
  return path === undefined || path === "" ? undefined : resolve(path);
}
