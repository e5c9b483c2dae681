import type { Output } from "../../src/terminal/output/output.ts";
import { TerminalOutput } from "../../src/terminal/output/terminal-output.ts";

/** An {@link Output} that records what is written. */
export interface RecordedOutput {
  readonly output: Output;
  stdout(): string;
  stderr(): string;
}

/**
 * Opens an output whose text can be inspected.
 *
 * @param options.env - `{ LANG: "C" }` for symbols in ASCII
 * @param options.color - whether colours are allowed; no by default
 */
export function recordOutput(
  options: {
    readonly isTTY?: boolean;
    readonly env?: Readonly<Record<string, string>>;
    readonly columns?: number;
    readonly color?: boolean;
  } = {},
): RecordedOutput {
  const written = { stdout: "", stderr: "" };
  const { isTTY = false, env = {}, columns = 80, color = false } = options;
  const stream = (name: keyof typeof written) => ({
    isTTY,
    columns,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const outside = { stdout: stream("stdout"), stderr: stream("stderr"), env, platform: "linux" };
  return {
    output: new TerminalOutput(outside, { color }),
    stdout: () => written.stdout,
    stderr: () => written.stderr,
  };
}
