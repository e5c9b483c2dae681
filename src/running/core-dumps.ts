import { readFileSync, writeFileSync } from "node:fs";

/** What of this process's memory Linux writes into a core dump. Source: core(5), man-pages 6, November 2026. */
const filterFile = "/proc/self/coredump_filter";
let usual: string | undefined;

/** Keeps this process's memory, and the keys in it, out of a core dump. Only Linux lets a program do that for itself. */
export function keepMemoryOutOfDumps(platform: NodeJS.Platform): void {
  if (platform !== "linux") return;
  try {
    // It is read as hexadecimal digits, and written as a number.
    const filter = `0x${readFileSync(filterFile, "utf8").trim()}`;
    writeFileSync(filterFile, "0");
    usual = filter;
  } catch {
    // A kernel without core dumps, or a sandbox without /proc.
  }
}

/** Starts another program, whose dumps are its own affair: it inherits what this process was started with. */
export function withUsualDumps<Started>(start: () => Started): Started {
  if (usual === undefined) return start();
  try {
    writeFileSync(filterFile, usual);
    return start();
  } finally {
    writeFileSync(filterFile, "0");
  }
}

/** The same for a library that starts a program after a while. */
export async function whileUsualDumps<Started>(start: () => Promise<Started>): Promise<Started> {
  if (usual === undefined) return start();
  try {
    writeFileSync(filterFile, usual);
    return await start();
  } finally {
    writeFileSync(filterFile, "0");
  }
}
