import { type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import type { Surroundings } from "../files/surroundings.ts";

/** A git process: what it reads, what it answers. What it complains of is not shown. */
export type GitProcess = ChildProcessByStdio<Writable, Readable, null>;

/** How a git process is started. */
export interface GitOptions {
  /** The folder to work in, absolute. */
  readonly folder: string;
  /**
   * Keep what a hook was told about its repository (`GIT_INDEX_FILE` of `git commit FILE`, say).
   * Without it the repository is the one that the folder is in.
   */
  readonly asHook?: boolean;
}

/** Git, only ever reading: no hook, no pager, no configured program and no network is started by it. */
export class Git {
  readonly #env: Surroundings["env"];
  readonly #program: string | undefined;

  constructor({ env, platform }: Pick<Surroundings, "env" | "platform">) {
    this.#env = env;
    // Windows would run a git.exe of the folder we are in before the one that is installed.
    this.#program = platform === "win32" ? findProgram(env) : "git";
  }

  /** Starts git; `undefined` where it is not installed. */
  start(args: readonly string[], { folder, asHook = false }: GitOptions): GitProcess | undefined {
    if (this.#program === undefined) return undefined;
    return spawn(this.#program, [...always, ...args], {
      cwd: folder,
      env: { ...this.#environment(asHook), ...offline, LC_ALL: "C" },
      stdio: ["pipe", "pipe", "ignore"],
      windowsHide: true,
    });
  }

  /**
   * The whole answer of a git command; `undefined` when it is not installed, failed, answered more
   * than 64 MB or took longer than 5 s.
   */
  async ask(
    args: readonly string[],
    options: GitOptions & { readonly input?: string | Buffer; readonly codes?: readonly number[] },
  ): Promise<Buffer | undefined> {
    const child = this.start(args, options);
    if (child === undefined) return undefined;
    return await new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
      child.on("error", () => {
        clearTimeout(timer);
        resolve(undefined);
      });
      child.on("close", (code) => {
        clearTimeout(timer);
        resolve((options.codes ?? [0]).includes(code ?? -1) ? Buffer.concat(chunks) : undefined);
      });
      child.stdout.on("data", (chunk: Buffer) => {
        length += chunk.length;
        if (length > 64 * 1024 * 1024) child.kill("SIGKILL");
        else chunks.push(chunk);
      });
      // It may end without having read everything.
      child.stdin.on("error", () => {});
      child.stdin.end(options.input ?? "");
    });
  }

  #environment(asHook: boolean): Record<string, string> {
    const kept: Record<string, string> = {};
    for (const [name, value] of Object.entries(this.#env)) {
      if (value === undefined || /MISTRAL/i.test(name)) continue;
      if (!asHook && ofOneRepository.has(name)) continue;
      kept[name] = value;
    }
    return kept;
  }
}

/** A repository that holds only part of its objects would fetch the others; every way to do so is closed. */
const offline = { GIT_NO_LAZY_FETCH: "1", GIT_ALLOW_PROTOCOL: "none", GIT_TERMINAL_PROMPT: "0" };

const always = [
  "--no-pager",
  "--literal-pathspecs",
  "--no-optional-locks",
  "--no-replace-objects",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "core.untrackedCache=false",
];

/** What `git rev-parse --local-env-vars` lists: variables that tie git to one repository. */
const ofOneRepository = new Set([
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_CONFIG",
  "GIT_CONFIG_COUNT",
  "GIT_CONFIG_PARAMETERS",
  "GIT_DIR",
  "GIT_GRAFT_FILE",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_INTERNAL_SUPER_PREFIX",
  "GIT_NO_REPLACE_OBJECTS",
  "GIT_OBJECT_DIRECTORY",
  "GIT_PREFIX",
  "GIT_REPLACE_REF_BASE",
  "GIT_SHALLOW_FILE",
  "GIT_WORK_TREE",
]);

function findProgram(env: Surroundings["env"]): string | undefined {
  const path = Object.entries(env).find(([name]) => name.toUpperCase() === "PATH")?.[1] ?? "";
  return path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, "git.exe"))
    .find((program) => existsSync(program));
}
