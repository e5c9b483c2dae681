import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Keyring } from "../support/keyring.ts";
import { program, type Run } from "../support/program.ts";
import { quickScrypt } from "../support/quick-scrypt.ts";
import type { Attack } from "./scenario.ts";

/** What a machine is made with. */
export interface MachineOptions {
  readonly attack: Attack;
  /** The address of the API. */
  readonly serverUrl: string;
  /** Keys that must not appear anywhere. */
  readonly keys: readonly string[];
  /** The keyring that keeps the keys; the encrypted file where absent. */
  readonly keyring?: Keyring | undefined;
  readonly profile?: string;
  /** A folder of another machine to start from a copy of. */
  readonly copyOf?: string;
}

/** How one run of the program differs from a usual one. */
export interface RunOptions {
  readonly input?: string | Buffer;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Given to Node before the program. */
  readonly nodeArgs?: readonly string[];
  /** Not searched for keys, because the key was asked for: stdout. */
  readonly isAnswer?: boolean;
  /** Keys that are typed or piped in: no output may have them either. */
  readonly typed?: readonly string[];
  /** Whether it may exit with any code, because it passes on that of a command. */
  readonly mayEndWithAny?: boolean;
  /** The names of programs that are started in order to be given the key. */
  readonly holders?: readonly string[];
  /** How long it may be idle: 2.5 s where absent. */
  readonly idleMs?: number;
  /** Receives the process, to act on it. */
  readonly during?: (child: ChildProcess) => void;
}

/** Without a person, the program may wait no longer than this for anything. */
const usualIdleMs = 2500;
/** No command may take longer, however slowly a server answers. */
const longestMs = 90_000;
const passphrase = "a passphrase for attacks";

/** A folder for everything a person has, a store, and the built command in it; every run is watched. */
export class Machine {
  readonly folder: string;
  /** Where the program keeps its files. */
  readonly home: string;
  readonly project: string;
  readonly #options: MachineOptions;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.folder = mkdtempSync(join(tmpdir(), "attack-"));
    this.home = join(this.folder, "home");
    this.project = join(this.folder, "project");
    if (options.copyOf !== undefined) cpSync(options.copyOf, this.folder, { recursive: true });
    for (const path of [this.home, this.project]) mkdirSync(path, { recursive: true });
  }

  get env(): Readonly<Record<string, string>> {
    const { keyring, serverUrl, profile } = this.#options;
    return {
      PATH: process.env.PATH ?? "",
      LANG: "C.UTF-8",
      BROWSER: "true",
      TMPDIR: this.folder,
      // What would go anywhere but to loopback ends here.
      HTTPS_PROXY: "http://127.0.0.1:1",
      ...(keyring === undefined
        ? { ...quickScrypt, HOME: this.folder, MISTRAL_KEY_STORE: "file", MISTRAL_KEY_PASSPHRASE: passphrase }
        : { ...keyring.env, HOME: this.folder, MISTRAL_KEY_STORE: "keychain" }),
      MISTRAL_KEY_HOME: this.home,
      MISTRAL_KEY_SERVER_URL: serverUrl,
      ...(profile !== undefined && { MISTRAL_KEY_PROFILE: profile }),
    };
  }

  /** Runs the command without a person, and checks everything that results except the files. */
  run(args: readonly string[], where: string, options: RunOptions = {}): Promise<Run> {
    const { report, watch } = this.#options.attack;
    const { keys } = this.#options;
    return new Promise((resolve, reject) => {
      const started = performance.now();
      const child = spawn(process.execPath, [...(options.nodeArgs ?? []), program, ...args], {
        env: { ...this.env, ...options.env },
        cwd: options.cwd ?? this.project,
        stdio: ["pipe", "pipe", "pipe"],
      });
      const written: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
      child.stdout.on("data", (chunk: Buffer) => written.stdout.push(chunk));
      child.stderr.on("data", (chunk: Buffer) => written.stderr.push(chunk));
      child.stdin.on("error", () => {});
      child.stdin.end(options.input ?? "");
      child.on("error", reject);
      const { pid } = child;
      if (pid === undefined) return;
      const line = `${where}: ${args.join(" ")}`;
      const hangs = (what: string) => {
        report.find("hang", `${line}: ${what}`);
        child.kill("SIGKILL");
      };
      const { idleMs = usualIdleMs } = options;
      watch.add({
        pid,
        keys,
        holders: options.holders ?? [],
        idleMs,
        onLeak: (what) => report.find("leak", `${line}: in ${what}`),
        onIdle: () => hangs(`idle for ${idleMs} ms`),
      });
      const endless = setTimeout(() => hangs(`still running after ${longestMs} ms`), longestMs);
      options.during?.(child);
      child.on("close", (code, signal) => {
        clearTimeout(endless);
        report.count("processes", watch.remove(pid));
        const [stdout, stderr] = [written.stdout, written.stderr].map((chunks) =>
          Buffer.concat(chunks).toString(),
        ) as [string, string];
        const run = { code, signal, stdout, stderr, ms: performance.now() - started };
        report.ended(run, line, [...keys, ...(options.typed ?? [])], options);
        resolve(run);
      });
    });
  }

  /** The key in use, by `get`; `undefined` when there is none. */
  async get(where: string): Promise<{ readonly code: number | null; readonly key: string | undefined }> {
    const { code, stdout } = await this.run(["get", "--no-input"], where, { isAnswer: true });
    return { code, key: code === 0 ? stdout.trim() : undefined };
  }

  /** The slots of the profile that hold a key. */
  async slots(): Promise<Readonly<Record<string, string | true>>> {
    const { keyring, profile = "default" } = this.#options;
    const held: Record<string, string | true> = {};
    if (keyring === undefined) {
      for (const file of namesIn(join(this.home, "keys"))) {
        if (file.endsWith(".age")) held[slotOf(file)] = true;
      }
      return held;
    }
    for (const [slot, account] of [
      ["current", profile],
      ["next", `${profile}/next`],
      ["previous", `${profile}/previous`],
    ] as const) {
      const key = await keyring.lookup(account);
      if (key !== undefined) held[slot] = key;
    }
    return held;
  }

  /** The journals of rotations under way. */
  journals(): readonly string[] {
    return namesIn(join(this.home, "rotations")).filter((name) => name.endsWith(".json"));
  }

  projectFiles(): readonly string[] {
    return namesIn(this.project);
  }

  /** Searches everything below its folder for keys. */
  lookThroughFiles(where: string, holders: readonly string[] = []): void {
    this.#options.attack.report.files(this.folder, where, this.#options.keys, holders);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function slotOf(file: string): string {
  return file.includes("next") ? "next" : file.includes("previous") ? "previous" : "current";
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
