import { isatty } from "node:tty";

const always: readonly NodeJS.Signals[] = ["SIGTERM", "SIGUSR1", "SIGUSR2", "SIGALRM"];
/** Signals from a key press; the terminal sends them to the whole process group, as it does Ctrl-Z. */
const fromKeys: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT"];
// Windows sends these to every process on the console; passing one on would terminate the child.
const ofWindowsConsole: readonly NodeJS.Signals[] = ["SIGINT", "SIGBREAK", "SIGHUP"];

/**
 * Forwards this process's signals to a child, except for what a terminal has already sent to both.
 *
 * Call it before starting the child: a signal in between would kill only this process.
 *
 * @param own - this process
 * @param send - sends a signal to the child
 * @returns a function that stops forwarding
 */
export function forwardSignals(
  own: Pick<NodeJS.Process, "on" | "off" | "platform">,
  send: (signal: NodeJS.Signals) => void,
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
    const startedOnTerminal = isOnTerminal();
    listen(always, send);
    listen(fromKeys, (signal) => {
      if (!startedOnTerminal) send(signal);
    });
    listen(["SIGHUP"], (signal) => {
      // A terminal that goes away signals the whole session itself.
      if (!startedOnTerminal || isOnTerminal()) send(signal);
    });
  }
  return () => {
    for (const [signal, listener] of listeners) own.off(signal, listener);
    listeners.clear();
  };
}

/** Not by process.stdin: opening that stream would change the command's input. */
function isOnTerminal(): boolean {
  return [0, 1, 2].some((descriptor) => isatty(descriptor));
}
