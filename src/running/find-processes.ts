import { readdirSync, readFileSync, statSync } from "node:fs";
import { isForeign } from "../files/owner.ts";

/** A running process. */
export interface RunningProcess {
  readonly id: number;
  /** As the system reports it; escape before printing. */
  readonly name: string;
}

/**
 * Finds this user's other processes that were started with a given value in their environment. Reads
 * `/proc`, so it finds none except on Linux.
 */
export function findProcessesWith(isWanted: (value: string) => boolean): readonly RunningProcess[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((id) => {
      try {
        if (isForeign(statSync(`/proc/${id}`).uid)) return [];
        const variables = readFileSync(`/proc/${id}/environ`, "latin1").split("\0");
        if (!variables.some((variable) => isWanted(variable.slice(variable.indexOf("=") + 1)))) return [];
        return [{ id: Number(id), name: readFileSync(`/proc/${id}/comm`, "utf8").trimEnd() }];
      } catch {
        // It has exited, or may not be inspected.
        return [];
      }
    });
}
