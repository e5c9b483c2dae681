import { spawn } from "node:child_process";
import { type KeytarCall, KeytarCrashed, type KeytarResult } from "./keytar-call.ts";
import { CallTimedOut } from "./native-calls.ts";

/** How to call keytar in another process. */
export interface ChildCall {
  readonly call: KeytarCall;
  /** What the other process has to `require`. */
  readonly keytarPath: string;
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
 * @throws CallTimedOut, KeytarCrashed, the reason of the signal, or an Error with keytar's own message
 */
export function callKeytarInChild(options: ChildCall): Promise<KeytarResult> {
  const { call, keytarPath, env, limitMs, signal } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(process.execPath, ["-e", childProgram, keytarPath], {
      env: { ...env },
      stdio: ["pipe", "pipe", "ignore"],
      // A process group of its own: Ctrl-C is for this process, which then kills that one.
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      child.removeAllListeners("close");
      child.kill("SIGKILL");
      settle();
    };
    const timer = setTimeout(() => end(() => reject(new CallTimedOut())), limitMs);
    const onAbort = () => end(() => reject(signal?.reason));
    signal?.addEventListener("abort", onAbort, { once: true });

    let reply = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      reply += chunk;
      if (reply.endsWith("\n")) end(() => settleWith(reply, resolve, reject));
      else if (reply.length > maximalReplyLength) end(() => reject(new KeytarCrashed("an endless answer")));
    });
    child.on("error", (error) => end(() => reject(new KeytarCrashed(error.message))));
    child.on("close", (code, killedBy) =>
      end(() => reject(new KeytarCrashed(killedBy ?? `exit code ${code ?? "unknown"}`))),
    );
    // Its end is noticed above, whether or not it has read this.
    child.stdin.on("error", () => {});
    // Left open: its end tells the child that nobody waits any more.
    child.stdin.write(`${JSON.stringify(call)}\n`);
  });
}

function settleWith(
  reply: string,
  resolve: (result: KeytarResult) => void,
  reject: (error: Error) => void,
): void {
  const answer = parse(reply);
  if (answer === undefined) reject(new KeytarCrashed("an answer that makes no sense"));
  else if ("error" in answer) reject(new Error(answer.error));
  else resolve(answer.result);
}

function parse(reply: string): { readonly result: KeytarResult } | { readonly error: string } | undefined {
  try {
    const answer: unknown = JSON.parse(reply);
    if (typeof answer !== "object" || answer === null) return undefined;
    if ("error" in answer) return { error: String(answer.error) };
    const result = "result" in answer ? answer.result : undefined;
    return typeof result === "string" || typeof result === "boolean" || result === null
      ? { result }
      : undefined;
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
