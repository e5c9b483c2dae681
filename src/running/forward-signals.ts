import { isatty } from "node:tty";

/** Signals from a key press; the terminal sends them to the whole process group, as it does Ctrl-Z. */
const fromKeys: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT"];
const forwarded: readonly NodeJS.Signals[] = [
  "SIGTERM",
  "SIGHUP",
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  ...fromKeys,
];
// Windows sends these to every process on the console; passing one on would terminate the child.
const ofWindowsConsole: readonly NodeJS.Signals[] = ["SIGINT", "SIGBREAK", "SIGHUP"];

/**
 * Forwards this process's signals to a child, except for what a terminal has already sent to both.
 *
 * Call it before starting the child: a signal in between would kill only this process.
 *
 * @param send - sends a signal to the child
 * @returns a function that stops forwarding
 */
export function forwardSignals(
  platform: NodeJS.Platform,
  send: (signal: NodeJS.Signals) => void,
): () => void {
  const onWindows = platform === "win32";
  const signals = onWindows ? ofWindowsConsole : forwarded;
  const startedOnTerminal = isOnTerminal();
  const forward = (signal: NodeJS.Signals) => {
    if (onWindows || (startedOnTerminal && fromKeys.includes(signal))) return;
    // A terminal that goes away signals the whole session itself.
    if (signal === "SIGHUP" && startedOnTerminal && !isOnTerminal()) return;
    send(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  return () => {
    for (const signal of signals) process.off(signal, forward);
  };
}

/** Not by process.stdin: opening that stream would change the command's input. */
function isOnTerminal(): boolean {
  return [0, 1, 2].some((descriptor) => isatty(descriptor));
}
