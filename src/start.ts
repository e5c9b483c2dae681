import { writeSync } from "node:fs";
import manifest from "../package.json" with { type: "json" };

/**
 * The program's first module. Answers what needs no other module and loads the rest on demand: scripts
 * and editors run `--version` to see whether a program is there.
 */
export async function start(): Promise<void> {
  const [first, ...rest] = process.argv.slice(2);
  if ((first === "--version" || first === "-V") && rest.length === 0) {
    // Opening process.stdout takes as long as everything else here.
    try {
      writeSync(1, `${manifest.version}\n`);
      return;
    } catch {
      // The reader is gone or the disk is full: the long path handles it.
    }
  }
  if (first === "__complete") {
    const { answerCompletion } = await import("./cli/completion/answer-completion.ts");
    return answerCompletion(rest);
  }
  // Warnings are for this program's developers, who ask for them.
  if (!process.execArgv.includes("--trace-warnings")) process.removeAllListeners("warning");
  if (first === "__clear-clipboard") {
    return (await import("./clipboard/desktop-clipboard.ts")).clearLater(process);
  }
  if (process.env.NODE_DEBUG)
    (await import("./terminal/node-debug.ts")).muteNodeDebug(process.stderr, process.pid);
  const { main } = await import("./main.ts");
  await main(manifest.version);
}
