import { readFileSync } from "node:fs";
import { isatty } from "node:tty";

/** Signals from a key press or a window resize; the terminal sends them to the whole process group. */
const fromTerminal: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT", "SIGWINCH"];
const always: readonly NodeJS.Signals[] = ["SIGTERM", "SIGUSR1", "SIGUSR2", "SIGALRM"];
// Windows sends these to every process on the console; passing one on would terminate the child.
const ofWindowsConsole: readonly NodeJS.Signals[] = ["SIGINT", "SIGBREAK", "SIGHUP"];

/**
 * Forwards this process's signals to a child, once each: one that the terminal has already sent to both
 * is not forwarded. This process stops and resumes with its child.
 *
 * Call it before starting the child: a signal in between would kill only this process.
 *
 * @param own - this process
 * @param send - sends a signal to the child; returns whether it arrived
 * @returns a function that stops forwarding
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
      // A terminal that hangs up signals the whole session itself.
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

/** Whether this process has a terminal, and whether its keys (Ctrl-C) signal this process group. */
interface TerminalGroup {
  readonly attached: boolean;
  readonly foreground: boolean;
}

/**
 * Reads `/proc` each time, since a job may move between foreground and background while it runs.
 * Without `/proc`, a process with any standard stream on a terminal counts as foreground.
 */
function terminalGroup(): TerminalGroup {
  try {
    // The name in parentheses may contain anything, so parse after the last one: state, parent, group,
    // session, terminal, the terminal's foreground group.
    const stat = readFileSync("/proc/self/stat", "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [, , group, , terminal, foreground] = fields;
    return { attached: terminal !== "0", foreground: terminal !== "0" && group === foreground };
  } catch {
    // Not process.stdin: opening that stream would change the command's input.
    const attached = [0, 1, 2].some((descriptor) => isatty(descriptor));
    return { attached, foreground: attached };
  }
}
