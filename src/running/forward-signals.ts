import type { TerminalGroup } from "./terminal-group.ts";

/** What forwarding needs of this process and of the one that was started. */
export interface Forwarding {
  readonly own: Pick<NodeJS.Process, "on" | "off" | "kill" | "pid" | "platform">;
  /** Sends a signal to the child. Answers whether it got there. */
  send(signal: NodeJS.Signals): boolean;
  terminal(): TerminalGroup;
}

/** Signals that a person sends with a key or by resizing the window; the terminal gives them to the whole group. */
const fromTerminal: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT", "SIGWINCH"];
const always: readonly NodeJS.Signals[] = ["SIGTERM", "SIGUSR1", "SIGUSR2", "SIGALRM"];
// Windows gives these to every process of the console; sending one there would end the child unasked.
const ofWindowsConsole: readonly NodeJS.Signals[] = ["SIGINT", "SIGBREAK", "SIGHUP"];

/**
 * Passes the signals that reach this process on to a child, once each: one that the terminal has
 * already given to both is left alone. This process stops and goes on with its child.
 *
 * Begin before the child is started: a signal that came in between would end this process alone.
 *
 * @returns ends the forwarding
 */
export function forwardSignals({ own, send, terminal }: Forwarding): () => void {
  const listeners = new Map<NodeJS.Signals, () => void>();
  const listen = (signals: readonly NodeJS.Signals[], act: (signal: NodeJS.Signals) => void) => {
    for (const signal of signals) {
      const listener = () => act(signal);
      own.on(signal, listener);
      listeners.set(signal, listener);
    }
  };
  if (own.platform === "win32") {
    listen(ofWindowsConsole, () => {});
  } else {
    const startedOnTerminal = terminal().attached;
    let stoppedChild = false;
    listen(always, (signal) => send(signal));
    listen(fromTerminal, (signal) => {
      if (!terminal().foreground) send(signal);
    });
    listen(["SIGHUP"], (signal) => {
      // A terminal that went away told every process of its session itself.
      if (!startedOnTerminal || terminal().attached) send(signal);
    });
    listen(["SIGTSTP"], (signal) => {
      if (!terminal().foreground) stoppedChild = send(signal);
      own.kill(own.pid, "SIGSTOP");
    });
    listen(["SIGCONT"], (signal) => {
      if (stoppedChild) send(signal);
      stoppedChild = false;
    });
  }
  return () => {
    for (const [signal, listener] of listeners) own.off(signal, listener);
  };
}
