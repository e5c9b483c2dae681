import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, type BrowserContextOptions, chromium } from "playwright-core";
import { findProgram } from "./find-program.ts";
import { describeNeeding } from "./needs.ts";
import { program } from "./program.ts";

const executable = findProgram("chromium");

/** `describe` for tests that need a real browser. */
export function describeWithChromium(name: string, suite: () => void): void {
  const missing = executable === undefined ? ["chromium"] : [];
  describeNeeding(name, { missing, packages: "chromium" }, suite);
}

/** A browser with its own profile on disk, which can reach only this machine. */
export interface TestBrowser {
  readonly context: BrowserContext;
  /** The browser's profile folder. */
  readonly folder: string;
  close(): Promise<void>;
}

/** Starts headless Chromium. */
export async function startChromium(options: BrowserContextOptions = {}): Promise<TestBrowser> {
  const folder = mkdtempSync(join(tmpdir(), "chromium-"));
  const context = await chromium.launchPersistentContext(folder, {
    ...(executable === undefined ? {} : { executablePath: executable }),
    args: [
      "--no-sandbox",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--host-resolver-rules=MAP rebound.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
    ...options,
  });
  // A busy machine may take this long; only a hang takes longer.
  context.setDefaultTimeout(60_000);
  return {
    context,
    folder,
    close: async () => {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The command, while it serves a page. */
export interface ServingProgram {
  readonly child: ChildProcess;
  /** The address it printed. */
  readonly link: string;
  /** Everything it printed. */
  printed(): string;
  /** The exit code. */
  readonly ended: Promise<number | null>;
}

/** Starts the built command without a terminal, and waits for its link. */
export async function startServing(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ServingProgram> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH, LANG: "C.UTF-8", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  const ended = new Promise<number | null>((resolve) => {
    child.on("close", (code) => resolve(code));
  });
  const link = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      printed += chunk.toString("utf8");
      const found = /http:\/\/127\.0\.0\.1:\d+\/#[\w-]+(?=\s)/.exec(printed)?.[0];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("close", () => reject(new Error(`No link was printed: ${printed}`)));
  });
  return { child, link, printed: () => printed, ended };
}
