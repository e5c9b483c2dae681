import type { Deps } from "../deps.ts";
import { Cancelled, MistralKeyError, withSentence } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { printFailure } from "../terminal/output/failure.ts";
import { isRemote } from "../terminal/terminal-capabilities.ts";
import { Channel } from "./channel.ts";
import type { End } from "./messages.ts";
import { PageOutput } from "./page-output.ts";
import { pageText } from "./page-text.ts";
import { PageServer } from "./server/page-server.ts";
import { SharedPrompts } from "./shared-prompts.ts";

/**
 * Runs `work` with its questions asked on a page in the browser. The terminal mirrors the page and can take
 * over at every question.
 *
 * @param work - gets dependencies with the page in place of the terminal, which open no further page
 * @param idleMs - how long to wait for the page or an answer; ten minutes by default
 * @throws what `work` throws; Cancelled after `idleMs` without activity on the page; MistralKeyError
 *   of kind `usage` with `--no-input` or in CI
 */
export async function onPage<Result>(
  real: Deps,
  work: (deps: Deps) => Promise<Result>,
  idleMs = 600_000,
): Promise<Result> {
  if (real.absence === "no-input" || real.absence === "ci") {
    throw new MistralKeyError(
      "usage",
      "--web needs a person at the page, but questions are turned off here.",
      {
        hint: "Leave out --web, or run it where CI is not set and without --no-input.",
      },
    );
  }
  const channel = new Channel();
  const opened = new AbortController();
  const idle = new AbortController();
  const signal = AbortSignal.any([real.signal, idle.signal]);
  const output = new PageOutput(channel, real.output);
  const terminal = real.interactive ? real.prompts : undefined;
  const prompts = new SharedPrompts({ channel, output: real.output, terminal, signal });
  const server = await PageServer.start({
    page: pageText,
    channel,
    idleMs,
    isWaiting: () => prompts.onPage && (!opened.signal.aborted || channel.isAsking),
    onOpened: () => opened.abort(),
    onSecondClient: () => {
      real.output.print();
      output.warn(
        "Somebody tried to use the link a second time and was refused. If that was not you, stop here.",
      );
    },
    onIdle: () => idle.abort(),
  });
  const deps: Deps = {
    ...real,
    output,
    signal,
    interactive: true,
    absence: undefined,
    // On the page, addresses are links.
    opensPages: false,
    openPage: async () => false,
    prompts: async () => prompts,
    store: (kind) => real.store(kind, deps),
    // A program that takes over the terminal runs last.
    runCommand: async (command, start) => {
      await server.stop("done");
      return await real.runCommand(command, start);
    },
  };
  let end: End = "failed";
  try {
    await showLink(real, server);
    if (await prompts.waitFor(opened.signal)) {
      real.output.ok("The page is open. What happens there shows here too.");
    }
    const result = await work(deps);
    // What is put off when nobody answers, as in a rotation's last step, throws nothing.
    if (idle.signal.aborted) end = "idle";
    else if (real.signal.aborted) end = "stopped";
    else if (result !== exitCodes.unfinished) end = "done";
    return result;
  } catch (error) {
    if (!(error instanceof MistralKeyError)) throw error;
    const isIdle = idle.signal.aborted;
    if (isIdle || error instanceof Cancelled) end = isIdle ? "idle" : "stopped";
    // What was stopped says itself what is kept, and how to continue.
    const hint = error.hint ?? "To continue, run the same command again.";
    const failure = isIdle
      ? withSentence(error, "Nothing was done on the page for ten minutes.", { hint })
      : error;
    printFailure(failure, new PageOutput(channel), { verbose: false });
    throw failure;
  } finally {
    await server.stop(end);
  }
}

/**
 * Offers to take the key on a page, if the terminal cannot paste.
 *
 * @param message - the question for the key
 * @returns `undefined` if the user declines
 * @throws Cancelled
 */
export async function keyOnPage(real: Deps, message: string): Promise<ApiKey | undefined> {
  const wanted = await (await real.prompts()).confirm({
    message: "Nothing was pasted. Paste it on a page in your browser instead?",
    initial: true,
  });
  if (!wanted) return undefined;
  return await onPage(real, async (deps) => {
    const key = await (await deps.prompts()).key({ message });
    deps.output.ok("Your key has arrived. The rest happens in the terminal.");
    return key;
  });
}

async function showLink(
  { output, env, opensPages, openPage }: Deps,
  { link, port }: PageServer,
): Promise<void> {
  output.print();
  if (isRemote(env)) {
    output.paragraph("You are on this machine over SSH. On the machine where your browser is, run:");
    output.line(output.theme.strong(`ssh -N -L ${port}:127.0.0.1:${port} ${hostOf(env)}`));
    output.paragraph("Then open this there; it works once:");
  } else if (opensPages && (await openPage(link))) {
    output.ok("A page was opened in your browser. If you do not see it, open this there; it works once:");
  } else {
    output.paragraph("Open this in a browser on this machine; it works once:");
  }
  output.line(output.theme.link(link));
  output.paragraph("Waiting for the page.");
}

/** This machine's address as the SSH client reached it: the third field of `SSH_CONNECTION`. */
function hostOf({ SSH_CONNECTION: connection = "", USER: user }: Deps["env"]): string {
  const [, , host = "THIS-MACHINE"] = connection.split(" ");
  const address = /^[0-9A-Fa-f.:]+$/.test(host) ? host : "THIS-MACHINE";
  return user !== undefined && /^[\w.-]+$/.test(user) ? `${user}@${address}` : address;
}
