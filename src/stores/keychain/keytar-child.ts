import type { Readable } from "node:stream";
import { type ProgramEnd, startProgram } from "../../running/start-program.ts";
import { KeychainProblem } from "./keychain-trouble.ts";
import type { KeytarCall } from "./keytar-library.ts";
import { CallTimedOut } from "./native-calls.ts";

/** How to call keytar in another process. */
export interface ChildCall {
  readonly call: KeytarCall;
  /** What the other process has to `require`. */
  readonly keytarPath: string;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly limitMs: number;
  /** Aborted when the person has stopped the program. */
  readonly signal?: AbortSignal | undefined;
}

const maximalReplyLength = 64 * 1024;

/**
 * Calls keytar in a process that can be killed, so that a prompt of the desktop may stay open as
 * long as the person needs and Ctrl-C still works. The call goes there through a pipe, and so does
 * what it gives: no key is in an argument or in the environment.
 *
 * @throws CallTimedOut, the reason of the signal, KeychainProblem when the process crashed, or an
 *   Error with keytar's own message
 */
export async function callKeytarInChild(options: ChildCall): Promise<unknown> {
  const { call, keytarPath, platform, env, limitMs, signal } = options;
  const child = await startProgram(process.execPath, ["-e", childProgram, keytarPath], {
    env,
    platform,
    timeLimitMs: limitMs,
    signal,
  });
  // Left open: its end tells the child that nobody waits any more.
  child.stdin.write(`${JSON.stringify(call)}\n`);
  const reply = await readLine(child.stdout);
  const end = reply.endsWith("\n") ? await child.stop() : await child.ended;
  signal?.throwIfAborted();
  const answer = parse(reply);
  if (answer === undefined) {
    throw end.kind === "timed-out" ? new CallTimedOut() : new KeychainProblem("crashed", crashOf(end));
  }
  if ("error" in answer) throw new Error(String(answer.error));
  return answer.result;
}

function crashOf(end: ProgramEnd): Error {
  const details = [end.kind, ...("code" in end ? [end.code] : []), ...("signal" in end ? [end.signal] : [])];
  return new Error(`The process that talked to the keychain ended: ${details.join(" ")}.`);
}

/** What the child writes up to the end of its one line; less when it ends before, or writes without end. */
async function readLine(stream: Readable): Promise<string> {
  let line = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    line += chunk;
    if (line.endsWith("\n") || line.length > maximalReplyLength) break;
  }
  return line;
}

function parse(reply: string): { readonly result: unknown } | { readonly error: unknown } | undefined {
  try {
    const answer: unknown = JSON.parse(reply);
    if (typeof answer !== "object" || answer === null) return undefined;
    if ("error" in answer) return { error: answer.error };
    return "result" in answer ? { result: answer.result } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What the other process runs. It is handed over as text, so that it works from source, bundled in
 * any way and inside somebody else's bundle, without a second file that has to be found. So it may
 * use nothing from around it.
 */
function serveOneCall(): void {
  const { createRequire } = process.getBuiltinModule("node:module");
  const path = process.argv[1] ?? "";
  let request = "";
  const answer = (reply: object) => process.stdout.write(`${JSON.stringify(reply)}\n`);
  process.stdin.setEncoding("utf8").on("data", (chunk: string) => {
    request += chunk;
    if (!request.endsWith("\n")) return;
    const { method, args } = JSON.parse(request);
    createRequire(path)(path)
      [method](...args)
      .then(
        (result: unknown) => answer({ result: result ?? null }),
        (error: unknown) => answer({ error: error instanceof Error ? error.message : String(error) }),
      );
  });
  // Nobody waits any more. Only this ends a process that keytar blocks.
  process.stdin.on("end", () => process.kill(process.pid, "SIGKILL"));
}

const childProgram = `(${serveOneCall.toString()})()`;
