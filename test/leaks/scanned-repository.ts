import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ApiKey } from "../../src/keys/api-key.ts";
import { defaultProfile, type ProfileName } from "../../src/keys/profile-name.ts";
import type { LeakPlace } from "../../src/leaks/leak.ts";
import { type LeakScan, scanForLeaks } from "../../src/leaks/scan-for-leaks.ts";
import { profileOf } from "../../src/profiles/known-key.ts";
import { openTestDeps, type TestDeps } from "../support/deps.ts";

/** The key that is stored, and searched for. */
export const storedKey = "testKey0".repeat(4);
/** A line that has it. */
export const line = `const key = "${storedKey}";\n`;

/** A home folder with a repository in it, and a program that knows {@link storedKey}. */
export interface ScannedRepository {
  readonly home: string;
  readonly path: string;
  readonly deps: TestDeps;
  /** Runs git, in the repository where no other folder is given. */
  git(...args: readonly string[]): string;
  gitIn(folder: string, ...args: readonly string[]): string;
  /** Writes a file below the home folder. */
  write(file: string, content: string | Buffer): void;
  /** Commits everything; answers the commit's id. */
  commit(message: string): string;
  /** Makes a profile as if the key were stored; no store is ever asked for it. */
  remember(key: string, name?: ProfileName): void;
  scan(options?: {
    readonly staged?: boolean;
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
  }): Promise<LeakScan>;
  close(): void;
}

/** Makes a {@link ScannedRepository}. */
export function openScannedRepository(): ScannedRepository {
  const home = mkdtempSync(join(tmpdir(), "leaks-"));
  const path = join(home, "repository");
  mkdirSync(path);
  const deps = openTestDeps();
  const gitIn = (folder: string, ...args: readonly string[]): string =>
    execFileSync("git", ["-c", "protocol.file.allow=always", ...args], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, HOME: home, GIT_CONFIG_NOSYSTEM: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
  const git = (...args: readonly string[]): string => gitIn(path, ...args);
  const remember = (value: string, name = defaultProfile): void => {
    const key = ApiKey.of(value);
    const known = { name, key, store: "keychain", endpoint: { region: "global" } } as const;
    deps.profiles.write(profileOf(known, new Date("2026-08-01T00:00:00.000Z")));
  };
  const write = (file: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), content);
  };
  write(
    ".gitconfig",
    "[user]\n\tname = A Test\n\temail = test@example.test\n[init]\n\tdefaultBranch = main\n",
  );
  git("init", "-q");
  remember(storedKey);
  return {
    home,
    path,
    deps,
    git,
    gitIn,
    write,
    remember,
    commit: (message) => {
      git("add", "-A");
      git("commit", "-q", "--allow-empty", "-m", message);
      return git("rev-parse", "HEAD").trim();
    },
    scan: ({ staged = false, env = {}, cwd = path } = {}) => {
      const at = { platform: process.platform, home, cwd };
      const processContext = () => ({ ...at, env: { PATH: process.env.PATH, HOME: home, ...env } });
      return scanForLeaks({ ...deps, processContext }, { staged });
    },
    close: () => {
      deps.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Where keys were found, apart from git's own files, which repeat a message. */
export function places({ leaks }: LeakScan): readonly LeakPlace[] {
  return leaks.map(({ place }) => place).filter(({ kind }) => kind !== "git-file");
}
