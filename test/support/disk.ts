import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { basename } from "node:path";

/** The calls of Node that decide what is on the disk. */
type DiskCalls = Pick<typeof fs, "openSync" | "fsyncSync" | "renameSync" | "linkSync">;
type OtherCalls = Pick<typeof fs, "closeSync" | "readdirSync" | "rmSync">;

/** Runs `act` on a disk that does something else at some calls. */
export async function withDisk<Result>(
  changed: Partial<DiskCalls & OtherCalls>,
  act: () => Result | Promise<Result>,
): Promise<Result> {
  const { openSync, fsyncSync, renameSync, linkSync, closeSync, readdirSync, rmSync } = fs;
  Object.assign(fs, changed);
  syncBuiltinESMExports();
  try {
    return await act();
  } finally {
    Object.assign(fs, { openSync, fsyncSync, renameSync, linkSync, closeSync, readdirSync, rmSync });
    syncBuiltinESMExports();
  }
}

/** A disk on which nothing new finds room. */
export const fullDisk: Partial<DiskCalls> = {
  fsyncSync: () => {
    throw Object.assign(new Error("There is no space left."), { code: "ENOSPC" });
  },
};

/**
 * The calls that decide what a power failure leaves, in order, while `act` runs: `fsync a.json`,
 * `rename a.json`. A temporary file is called `temporary`.
 */
export async function diskCalls(act: () => unknown): Promise<readonly string[]> {
  const calls: string[] = [];
  const paths = new Map<unknown, string>();
  const { openSync, fsyncSync, renameSync, linkSync } = fs;
  const nameOf = (path: string) => (path.endsWith(".tmp") ? "temporary" : basename(path));
  const recording: DiskCalls = {
    openSync: (path, ...rest) => {
      const descriptor = openSync(path, ...rest);
      paths.set(descriptor, String(path));
      return descriptor;
    },
    fsyncSync: (descriptor) => {
      calls.push(`fsync ${nameOf(paths.get(descriptor) ?? "")}`);
      fsyncSync(descriptor);
    },
    renameSync: (from, to) => {
      calls.push(`rename ${nameOf(String(to))}`);
      renameSync(from, to);
    },
    linkSync: (from, to) => {
      calls.push(`link ${nameOf(String(to))}`);
      linkSync(from, to);
    },
  };
  await withDisk(recording, act);
  return calls;
}
