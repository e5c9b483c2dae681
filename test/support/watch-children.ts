import { readFileSync } from "node:fs";

/** What was seen of the programs that this process started. */
export interface WatchedChildren {
  /**
   * Ends the watch. Returns the names of programs that had a secret in their arguments or environment,
   * and of all that were seen.
   */
  stop(): { readonly holding: readonly string[]; readonly seen: readonly string[] };
}

/** Searches every descendant of this process for secrets, as often as it can. */
export function watchChildren(...secrets: readonly string[]): WatchedChildren {
  const holding = new Set<string>();
  const seen = new Set<string>();
  const look = () => {
    for (const pid of processesFrom(process.pid).slice(1)) {
      const name = readOfProcess(pid, "comm").trim();
      seen.add(name);
      const texts = ["cmdline", "environ"].map((file) => readOfProcess(pid, file));
      if (texts.some((text) => secrets.some((secret) => text.includes(secret)))) holding.add(name);
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

/** A process and all its descendants. */
export function processesFrom(pid: number): readonly number[] {
  // Node and shells start programs from their main thread.
  const children = readOfProcess(pid, `task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return [pid, ...children.flatMap(processesFrom)];
}

/** A file in `/proc`; empty when the process has ended or belongs to another user. */
export function readOfProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}
