import { Cancelled, MistralKeyError } from "../../../src/errors.ts";
import { readStdin } from "../../../src/terminal/stdin.ts";

/** Reads stdin and prints it as JSON. The tests run it with every kind of stdin. */
const controller = new AbortController();
process.on("SIGTERM", () => controller.abort());
try {
  const reading = readStdin(process.stdin, controller.signal);
  if (process.argv.includes("--ready")) process.stdout.write("ready");
  process.stdout.write(JSON.stringify(await reading));
} catch (error) {
  process.exitCode = error instanceof Cancelled ? 130 : 2;
  if (error instanceof MistralKeyError) process.stdout.write(error.message);
}
