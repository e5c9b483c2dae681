import type { ChildProcess } from "node:child_process";
import { isatty } from "node:tty";
import type { CommandStart, FoundCommand } from "./command-runner.ts";
import { forwardSignals } from "./forward-signals.ts";
import type { RunnerOptions } from "./process-runner.ts";
import { type ChildEnd, spawnCommand } from "./spawn-command.ts";
import { terminalGroup } from "./terminal-group.ts";

/**
 * Runs a command as a child to its end. From the moment it starts, signals are passed on to it.
 *
 * @throws MistralKeyError of kind `command-not-found` or `command-not-executable`
 */
export async function runChild(
  command: FoundCommand,
  options: CommandStart,
  { process: own, signal, handOver, stdout, stderr }: RunnerOptions,
): Promise<ChildEnd> {
  // Not by way of process.stdin: opening that stream would change the input under the command's feet.
  const onTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  let child: ChildProcess | undefined;
  let stopForwarding = () => {};
  try {
    return await spawnCommand(command, options, {
      platform: own.platform,
      outputs: () => [stdout.stream, stderr.stream],
      beforeStart: () => {
        signal.throwIfAborted();
        stopForwarding = forwardSignals({
          own,
          send: (name) => child?.kill(name) ?? false,
          terminal: () => terminalGroup(onTerminal),
        });
        handOver();
      },
      afterStart: (started) => {
        child = started;
      },
    });
  } finally {
    stopForwarding();
  }
}
