import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * What of keytar is used. Not `findCredentials`: on Linux it ends the process with SIGSEGV when an
 * item is locked or has no account.
 */
const methods = ["getPassword", "setPassword", "deletePassword"] as const;

/** keytar's functions. They take service and account, `setPassword` a password as well. */
export type Keytar = Readonly<
  Record<(typeof methods)[number], (...args: readonly string[]) => Promise<unknown>>
>;

/** One call into keytar, as it can be sent to another process. */
export interface KeytarCall {
  readonly method: keyof Keytar;
  readonly args: readonly string[];
}

/** keytar, and the file it was loaded from. */
export interface LoadedKeytar {
  readonly keytar: Keytar;
  /** What another process has to `require` to get the same. */
  readonly path: string;
}

/** keytar cannot be loaded here. */
export class KeytarUnusable extends Error {
  override readonly name = "KeytarUnusable";
  /** `libsecret`: that library is not installed; `missing`: keytar is not; `incompatible`: it does not fit this system. */
  readonly reason: "libsecret" | "missing" | "incompatible";

  constructor(reason: KeytarUnusable["reason"], cause: unknown) {
    super(cause instanceof Error ? cause.message : "keytar cannot be loaded.", { cause });
    this.reason = reason;
  }
}

/**
 * Loads keytar; takes a few milliseconds.
 *
 * @throws KeytarUnusable
 */
export async function loadKeytar(): Promise<LoadedKeytar> {
  const require = createRequire(import.meta.url);
  try {
    // Not imported: for a CommonJS module Node would read its source for names first, which takes 2 ms.
    const keytar: Keytar = require("keytar");
    return {
      keytar,
      // Rarely wanted, and found by a walk through the folders.
      get path() {
        return require.resolve("keytar");
      },
    };
  } catch (error) {
    return loadBinary(require, error);
  }
}

/**
 * keytar hides why its binary does not load, and never looks for the one it carries for musl
 * (Alpine), which its install script does not pick either.
 */
function loadBinary(require: NodeJS.Require, failure: unknown): LoadedKeytar {
  const folder = folderOf(require, failure);
  const { platform, arch } = process;
  const systems = platform === "linux" ? [platform, "linuxmusl"] : [platform];
  const files = systems.map((system) => join(folder, "prebuilds", `${system}-${arch}`, "keytar.node"));
  let cause = failure;
  for (const file of files) {
    try {
      const binary: unknown = require(file);
      if (isKeytar(binary)) return { keytar: binary, path: file };
    } catch (error) {
      const text = String(error);
      if (/libsecret-1/.test(text)) throw new KeytarUnusable("libsecret", error);
      if (!/Cannot find module/.test(text)) cause = error;
    }
  }
  throw new KeytarUnusable("incompatible", cause);
}

function folderOf(require: NodeJS.Require, failure: unknown): string {
  try {
    return dirname(require.resolve("keytar/package.json"));
  } catch {
    throw new KeytarUnusable("missing", failure);
  }
}

function isKeytar(value: unknown): value is Keytar {
  return (
    typeof value === "object" &&
    value !== null &&
    methods.every((name) => typeof Reflect.get(value, name) === "function")
  );
}
