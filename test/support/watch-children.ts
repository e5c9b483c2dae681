import { readdirSync, readFileSync } from "node:fs";

/** What was seen of the programs that this process started. */
export interface WatchedChildren {
  /** Ends the watch. Answers with the names of programs that had the secret in their arguments or environment, and of all that were seen. */
  stop(): { readonly holding: readonly string[]; readonly seen: readonly string[] };
}

/** Looks at every process below this one through `/proc`, as often as it can, for a secret. */
export function watchChildren(secret: string): WatchedChildren {
  const holding = new Set<string>();
  const seen = new Set<string>();
  const look = () => {
    const parents = new Map<string, string>();
    for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const stat = read(`/proc/${id}/stat`);
      parents.set(id, stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? "");
    }
    for (const id of parents.keys()) {
      let above = parents.get(id);
      while (above !== undefined && above !== String(process.pid)) above = parents.get(above);
      if (above === undefined) continue;
      const name = read(`/proc/${id}/comm`).trim();
      seen.add(name);
      if ((read(`/proc/${id}/cmdline`) + read(`/proc/${id}/environ`)).includes(secret)) holding.add(name);
    }
  };
  const timer = setInterval(look, 2);
  return {
    stop: () => {
      clearInterval(timer);
      return { holding: [...holding], seen: [...seen] };
    },
  };
}

/** Empty for a process that has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
