import { readFileSync } from "node:fs";

/** What was seen of the programs that this process started. */
export interface WatchedChildren {
  /** Ends the watch. Answers with the names of programs that had the secret in their arguments or environment, and of all that were seen. */
  stop(): { readonly holding: readonly string[]; readonly seen: readonly string[] };
}

/** Looks at every process below this one, as often as it can, for a secret. */
export function watchChildren(secret: string): WatchedChildren {
  const holding = new Set<string>();
  const seen = new Set<string>();
  const look = () => {
    for (const pid of processesFrom(process.pid).slice(1)) {
      const name = readOfProcess(pid, "comm").trim();
      seen.add(name);
      if (["cmdline", "environ"].some((file) => readOfProcess(pid, file).includes(secret))) holding.add(name);
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

/** A process and all that it started. */
export function processesFrom(pid: number): readonly number[] {
  // Node and shells start programs from their first thread.
  const children = readOfProcess(pid, `task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return [pid, ...children.flatMap(processesFrom)];
}

/** A file of `/proc`; empty for a process that has ended meanwhile, and for one that is somebody else's. */
export function readOfProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}
