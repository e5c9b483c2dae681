import type { Deps } from "../deps.ts";
import { Cancelled, MistralKeyError } from "../errors.ts";
import type { ExitCode } from "../exit-codes.ts";
import { quietly } from "../terminal/absence.ts";
import { printFailure } from "../terminal/output/failure.ts";
import { Channel } from "./channel.ts";
import type { End } from "./messages.ts";
import { PageOutput } from "./page-output.ts";
import { PagePrompts } from "./page-prompts.ts";
import { pageText } from "./page-text.ts";
import { PageServer } from "./server/page-server.ts";

/** How long an answer is waited for, in milliseconds. */
const idleMs = 600_000;

/**
 * Does something that asks questions on a page in the browser; the terminal shows what is said there.
 *
 * @param options.browser - whether the page may be opened, where somebody would see it
 * @param work - gets the outside with the page in the place of the terminal
 * @throws what `work` throws; Cancelled when nothing is done on the page for ten minutes; MistralKeyError
 *   of kind `usage` where no questions are wanted
 */
export async function onPage(
  real: Deps,
  { browser }: { readonly browser: boolean },
  work: (deps: Deps) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (real.absence === "no-input" || real.absence === "ci") {
    throw new MistralKeyError("usage", "The page asks questions, and nobody is to be asked here.", {
      hint: "Leave out --web, or run it where CI is not set and without --no-input.",
    });
  }
  const channel = new Channel();
  const stopping = new AbortController();
  const signal = AbortSignal.any([real.signal, stopping.signal]);
  const output = new PageOutput(channel, real.output);
  let idle = false;
  let open = () => {};
  const opened = new Promise<void>((resolve, reject) => {
    open = resolve;
    signal.addEventListener("abort", () => reject(new Cancelled()), { once: true });
  });
  const server = await PageServer.start({
    page: pageText,
    channel,
    idleMs,
    onOpened: () => {
      real.output.ok("The page is open. What happens there shows here too.");
      open();
    },
    onSecondClient: () =>
      output.warn("Somebody used the link a second time and was refused. If that was not you, stop here."),
    onIdle: () => {
      idle = true;
      stopping.abort();
    },
  });
  const prompts = new PagePrompts(channel, real.output, signal);
  const deps: Deps = {
    ...real,
    output,
    signal,
    interactive: true,
    absence: undefined,
    // Addresses are links on the page itself.
    opensPages: false,
    openPage: async () => false,
    prompts: async () => prompts,
    store: (kind) => real.store(kind, deps),
  };
  let end: End = "failed";
  try {
    await showLink(real, server, { browser });
    const code = await quietly(real, async () => {
      await opened;
      return await work(deps);
    });
    end = "done";
    return code;
  } catch (error) {
    if (idle) {
      end = "idle";
      throw new Cancelled("Stopped: nothing was done on the page for ten minutes.");
    }
    if (error instanceof Cancelled) end = "stopped";
    if (error instanceof MistralKeyError) {
      printFailure(error, new PageOutput(channel), { verbose: false });
    }
    throw error;
  } finally {
    await server.stop(end);
  }
}

async function showLink(
  { output, env, opensPages, openPage }: Deps,
  { link, port }: PageServer,
  { browser }: { readonly browser: boolean },
): Promise<void> {
  const isRemote = Boolean(env.SSH_CONNECTION || env.SSH_TTY || env.SSH_CLIENT);
  output.print();
  if (isRemote) {
    output.paragraph("You are on this machine over SSH. On the machine where your browser is, run:");
    output.line(output.theme.strong(`ssh -N -L ${port}:127.0.0.1:${port} ${hostOf(env)}`));
    output.paragraph("Then open this there; it works once:");
  } else if (browser && opensPages && (await openPage(link))) {
    output.ok("A page was opened in your browser. If you do not see it, open this there; it works once:");
  } else {
    output.paragraph("Open this in a browser on this machine; it works once:");
  }
  output.line(output.theme.link(link));
  output.paragraph("Waiting for the page. Ctrl-C stops.");
}

/** The address of this machine, as the person's own machine reached it: `SSH_CONNECTION` holds it third. */
function hostOf({ SSH_CONNECTION: connection = "", USER: user }: Deps["env"]): string {
  const [, , host = "THIS-MACHINE"] = connection.split(" ");
  const address = /^[0-9A-Fa-f.:]+$/.test(host) ? host : "THIS-MACHINE";
  return user !== undefined && /^[\w.-]+$/.test(user) ? `${user}@${address}` : address;
}
