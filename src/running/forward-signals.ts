import { readFileSync } from "node:fs";
import { isatty } from "node:tty";

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
 * @param own - this process
 * @param send - sends a signal to the child; answers whether it got there
 * @returns ends the forwarding
 */
export function forwardSignals(
  own: Pick<NodeJS.Process, "on" | "off" | "kill" | "pid" | "platform">,
  send: (signal: NodeJS.Signals) => boolean,
): () => void {
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
    const startedOnTerminal = terminalGroup().attached;
    let stoppedChild = false;
    listen(always, (signal) => send(signal));
    listen(fromTerminal, (signal) => {
      if (!terminalGroup().foreground) send(signal);
    });
    listen(["SIGHUP"], (signal) => {
      // A terminal that went away told every process of its session itself.
      if (!startedOnTerminal || terminalGroup().attached) send(signal);
    });
    listen(["SIGTSTP"], (signal) => {
      if (!terminalGroup().foreground) stoppedChild = send(signal);
      own.kill(own.pid, "SIGSTOP");
    });
    listen(["SIGCONT"], (signal) => {
      if (stoppedChild) send(signal);
      stoppedChild = false;
    });
  }
  return () => {
    for (const [signal, listener] of listeners) own.off(signal, listener);
    listeners.clear();
  };
}

/** Whether this process has a terminal, and whether that one's keys (Ctrl-C) act on it and its children. */
interface TerminalGroup {
  readonly attached: boolean;
  readonly foreground: boolean;
}

/**
 * Asks the system, where it can be asked quickly, since a job may move between foreground and
 * background while it runs; elsewhere a process with any stream that is a terminal counts as in front.
 */
function terminalGroup(): TerminalGroup {
  try {
    // The name in parentheses may hold anything, so the fields count from the last one: state,
    // parent, group, session, terminal, the terminal's foreground group.
    const stat = readFileSync("/proc/self/stat", "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [, , group, , terminal, foreground] = fields;
    return { attached: terminal !== "0", foreground: terminal !== "0" && group === foreground };
  } catch {
    // Not by way of process.stdin: opening that stream would change the input under the command's feet.
    const attached = [0, 1, 2].some((descriptor) => isatty(descriptor));
    return { attached, foreground: attached };
  }
}
