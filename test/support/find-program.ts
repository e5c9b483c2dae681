import { findProgram as find } from "../../src/files/find-program.ts";

/** A program's path on this machine; `undefined` when it is not installed. */
export function findProgram(name: string): string | undefined {
  return find(name, process);
}
