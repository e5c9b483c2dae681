import { join, resolve } from "node:path";
import type { Surroundings } from "../files/surroundings.ts";

/** The files in which shells and prompts of languages keep what was typed, whether they are there or not. */
export function shellHistories({ home, env, platform }: Surroundings): readonly string[] {
  const data = env.XDG_DATA_HOME ? resolve(env.XDG_DATA_HOME) : join(home, ".local", "share");
  const powershell = ["powershell", "PSReadLine", "ConsoleHost_history.txt"] as const;
  const files = [
    ...(env.HISTFILE ? [resolve(env.HISTFILE)] : []),
    ...[".bash_history", ".zsh_history", ".zhistory", ".histfile", ".sh_history", ".history"].map((name) =>
      join(home, name),
    ),
    ...(env.ZDOTDIR ? [join(resolve(env.ZDOTDIR), ".zsh_history")] : []),
    ...[".python_history", ".node_repl_history"].map((name) => join(home, name)),
    join(data, "fish", "fish_history"),
    join(data, ...powershell),
  ];
  if (platform === "win32" && env.APPDATA) {
    files.push(join(resolve(env.APPDATA), "Microsoft", "Windows", "PowerShell", ...powershell.slice(1)));
  }
  return [...new Set(files)];
}
