import { MistralKeyError } from "../../src/errors.ts";
import { codeOfKind } from "../../src/exit-codes.ts";
import { ApiKey } from "../../src/keys/api-key.ts";
import { commandEnvironment } from "../../src/running/environment.ts";
import { runCommand } from "../../src/running/run-command.ts";

// Starts a command as `mistral-key run` does, without a keychain: [--windows] [--redact] -- CMD…
const end = process.argv.indexOf("--");
const flags = process.argv.slice(2, end);
const key = ApiKey.of(["A", "B", "C", "D"].map((letter) => `testKey${letter}`).join(""));

// As the program does around it: a signal that is not handed over would end it, with a code of its own.
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const rude = () => process.exit(99);
for (const signal of signals) process.on(signal, rude);

// The reader may be gone, or the disk full.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

const starter = {
  // Only the runner is told that this is Windows; the library that it then uses still detects Linux.
  platform: flags.includes("--windows") ? "win32" : process.platform,
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: new AbortController().signal,
  handOver: () => {
    for (const signal of signals) process.off(signal, rude);
  },
};
try {
  const { env } = commandEnvironment(process.env, key, {
    names: ["MISTRAL_API_KEY"],
    platform: process.platform,
  });
  const redact = flags.includes("--redact") ? key : undefined;
  process.exitCode = await runCommand(process.argv.slice(end + 1), { env, redact }, starter);
} catch (error) {
  if (!(error instanceof MistralKeyError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = codeOfKind[error.kind];
}
