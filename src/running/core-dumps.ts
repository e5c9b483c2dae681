import { readFileSync, writeFileSync } from "node:fs";

/** Selects what memory of this process Linux dumps. Source: core(5), man-pages 6, November 2026. */
const filterFile = "/proc/self/coredump_filter";
let usual: string | undefined;

/** Keeps this process's memory, and the keys in it, out of core dumps. Only Linux lets a process do that. */
export function keepMemoryOutOfDumps(platform: NodeJS.Platform): void {
  if (platform !== "linux") return;
  try {
    // Reads yield bare hex digits; writes need a `0x` prefix.
    const filter = `0x${readFileSync(filterFile, "utf8").trim()}`;
    writeFileSync(filterFile, "0");
    usual = filter;
  } catch {
    // A kernel without core dumps, or a sandbox without /proc.
  }
}

/** Starts a command with the original dump filter restored, so that its own core dumps are unaffected. */
export function withUsualDumps<Started>(start: () => Started): Started {
  if (usual === undefined) return start();
  try {
    writeFileSync(filterFile, usual);
    return start();
  } finally {
    writeFileSync(filterFile, "0");
  }
}
