import type { ProcessContext } from "../files/process-context.ts";
import { cleanText } from "../outside-text.ts";
import { type ProgramEnd, startProgram } from "../running/start-program.ts";
import { before, gitVariables, type Question } from "./questions.ts";

/** Where and how a question is asked. */
export interface Asking {
  /** The folder to work in, absolute. */
  readonly folder: string;
  /**
   * Whether the environment may name the repository, as in a hook. Otherwise it is the one that contains
   * the folder.
   */
  readonly named?: boolean;
  /** Whether the folder is git's own: its settings may name a work tree that is gone. */
  readonly ofGit?: boolean;
  /** File names to append to the question. */
  readonly paths?: readonly string[];
  readonly input?: string | Buffer;
  readonly signal?: AbortSignal | undefined;
}

/** Git's answer, or the reason for none, as a clause without a full stop: "git is not installed". */
export type Answer =
  | { readonly state: "answered"; readonly bytes: Buffer }
  | { readonly state: "failed"; readonly reason: string };

const sizeLimit = 64 * 2 ** 20;
const timeLimitMs = 6 * 3_600_000;
const usualSilenceMs = 15_000;

/** Git, reading only: no repository can make it start a program or use the network. */
export class Git {
  readonly #at: Pick<ProcessContext, "env" | "platform">;

  constructor(at: Pick<ProcessContext, "env" | "platform">) {
    this.#at = at;
  }

  /** The whole answer, at most 64 MB. */
  async ask(question: Question, asking: Asking): Promise<Answer> {
    const chunks: Buffer[] = [];
    let length = 0;
    const failed = await this.read(question, asking, (chunk) => {
      length += chunk.length;
      if (length > sizeLimit) return "git answered with more than 64 MB";
      chunks.push(chunk);
      return undefined;
    });
    return failed ?? { state: "answered", bytes: Buffer.concat(chunks) };
  }

  /**
   * Streams an answer of any size.
   *
   * @param take - may return why it wants no more, which stops git
   * @returns why the answer is incomplete; `undefined` when it is complete
   */
  async read(
    question: Question,
    { folder, named = false, ofGit = false, paths = [], input = "", signal }: Asking,
    take: (chunk: Buffer) => string | undefined,
  ): Promise<Extract<Answer, { state: "failed" }> | undefined> {
    const { silenceMs = usualSilenceMs, codes = [0] } = question;
    const place = ofGit ? ["--git-dir=.", "--work-tree=."] : [];
    const program = await startProgram("git", [...before, ...place, ...question.args, ...paths], {
      ...this.#at,
      variables: gitVariables(this.#at.env, named),
      cwd: folder,
      input,
      timeLimitMs,
      signal,
    });
    let ended: string | undefined;
    const end = (reason: string): void => {
      ended ??= reason;
      program.stop();
    };
    const silence = setTimeout(() => end(`git did not answer for ${silenceMs / 1000} seconds`), silenceMs);
    program.stdout.on("data", (chunk: Buffer) => {
      if (ended !== undefined) return;
      const enough = take(chunk);
      if (enough !== undefined) end(enough);
      silence.refresh();
    });
    const how = await program.ended;
    clearTimeout(silence);
    if (ended !== undefined) return { state: "failed", reason: ended };
    if (how.kind === "exited" && codes.includes(how.code)) return undefined;
    return { state: "failed", reason: reasonOf(how) };
  }
}

function reasonOf(how: ProgramEnd): string {
  if (how.kind === "not-found") return "git is not installed";
  if (how.kind !== "exited") return "git could not be started, or was stopped before it had answered";
  return whatItSaid(how.stderr) ?? `git exited with code ${how.code} and gave no reason`;
}

/** Git's own reason for failing, with as much of its advice as fits. */
function whatItSaid(stderr: Buffer): string | undefined {
  const text = stderr.toString();
  // Earlier errors say the same, or did not stop git.
  const fatal = text.search(/^fatal: /m);
  const [, said = text] = /^(?:fatal|error): ([\s\S]*)/m.exec(text.slice(Math.max(fatal, 0))) ?? [];
  const clean = cleanText(said).replace(/[.:]$/, "");
  return clean === "" ? undefined : `git says: ${clean}`;
}
