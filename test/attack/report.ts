import { readdirSync } from "node:fs";
import { filesHolding, tracesIn } from "../e2e/key-traces.ts";
import type { Run } from "../support/program.ts";

/** What was done or looked at, as the table counts it. */
export const counted = [
  "runs",
  "inputs",
  "kills",
  "faults",
  "answers",
  "processes",
  "files",
  "journals",
] as const;

/** What must not happen. */
export const findings = ["crash", "leak", "loss", "hang", "exit"] as const;

export type Counted = (typeof counted)[number];
export type Finding = (typeof findings)[number];

/** What a run may do besides the usual. */
export interface ExpectedEnd {
  /** It prints the key on stdout, because that was asked for. */
  readonly isAnswer?: boolean;
  /** It passes on the code of a command that it runs. */
  readonly mayEndWithAny?: boolean;
}

/** Every code that the program may end with by itself; 1 stands for a bug. */
const contract = new Set([0, 2, 3, 4, 5, 6, 7, 8, 9, 126, 127, 129, 130, 143]);

/** The results of one scenario's attempts. */
export class Report {
  readonly name: string;
  readonly counts = zeros(counted);
  readonly found = zeros(findings);
  /** In milliseconds. */
  slowest = 0;

  readonly #shows: boolean;

  /** @param shows - whether everything that a run prints is printed, keys masked */
  constructor(name: string, shows = false) {
    this.name = name;
    this.#shows = shows;
  }

  count(what: Counted, times = 1): void {
    this.counts[what] += times;
  }

  /** Notes something that must not happen, and says it at once. Nothing said may hold a key: give `where` masked. */
  find(finding: Finding, where: string): void {
    this.found[finding] += 1;
    console.log(`!!! ${finding}: ${this.name}: ${where}`);
  }

  /** Notes a finding unless something holds. */
  expect(holds: boolean, finding: Finding, where: string): void {
    if (!holds) this.find(finding, where);
  }

  /** Checks what a run printed and how it ended. */
  ended(run: Run, where: string, keys: readonly string[], expected: ExpectedEnd = {}): void {
    this.count("runs");
    this.slowest = Math.max(this.slowest, run.ms);
    if (this.#shows) {
      console.log(
        `--- ${where}: exited with ${run.code ?? run.signal} in ${Math.round(run.ms)} ms\n${masked(run, keys)}`,
      );
    }
    const said = expected.isAnswer ? run.stderr : run.stdout + run.stderr;
    if (tracesIn(said, keys).length > 0) this.find("leak", `${where}: in what it prints`);
    const killed = run.signal === "SIGKILL" && run.code === null;
    if (killed) return;
    const trace = /inside mistral-key|^\s+at .+:\d+:\d+\)?$/m.test(run.stderr);
    if (expected.mayEndWithAny && run.code !== null) return;
    // A server that says the call was wrong is believed: exit code 1, without the message of a crash.
    const isBlamed =
      run.code === 1 && /"bad-request"|did not understand the call/.test(run.stdout + run.stderr);
    if ((run.code === 1 && !isBlamed) || run.code === null || trace) {
      this.find(
        "crash",
        `${where}: exited with ${run.code ?? run.signal}: ${masked(run, keys).slice(0, 1500)}`,
      );
    } else if (!isBlamed && !contract.has(run.code)) this.find("exit", `${where}: exited with ${run.code}`);
  }

  /** Searches every file below a folder for keys, except those that are meant to hold one. */
  files(folder: string, where: string, keys: readonly string[], holders: readonly string[] = []): void {
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
    this.count("files", files.length);
    this.count("journals", files.filter((file) => /rotations\/[^/]+\.json$/.test(file)).length);
    for (const file of filesHolding(folder, keys)) {
      if (!holders.includes(file)) this.find("leak", `${where}: in the file ${JSON.stringify(file)}`);
    }
  }
}

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}

function masked({ stdout, stderr }: Run, keys: readonly string[]): string {
  return keys.reduce((text, key) => text.replaceAll(key, "(key)"), `${stdout}\n${stderr}`);
}
