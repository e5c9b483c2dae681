import { readdirSync, readFileSync, statSync } from "node:fs";
import { isForeign } from "../files/owner.ts";

/** A process that runs. */
export interface RunningProcess {
  readonly id: number;
  /** As the system calls it; not fit to be printed as it is. */
  readonly name: string;
}

/**
 * Finds the processes of this user, but for this one, that were started with a value in their
 * environment. Linux alone tells, in `/proc`; elsewhere none is found.
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
        // It has ended, or does not let itself be looked at.
        return [];
      }
    });
}
