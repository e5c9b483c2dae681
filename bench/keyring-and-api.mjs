// What the measured commands talk to, in a process of its own so that it does not wait for the one
// that measures: a real keyring with a key, and the loopback Mistral API of the tests. Prints their
// variables as JSON and lives as long as its standard input.
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const [key, delay = "0"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "bench-"));

const bundler = await rolldown({
  input: { keyring: "test/support/keyring.ts", api: "test/support/mistral-api.ts" },
  platform: "node",
  logLevel: "silent",
});
await bundler.write({ dir: folder, format: "es", entryFileNames: "[name].mjs" });
await bundler.close();
copyFileSync("test/support/keyring-session.sh", join(folder, "keyring-session.sh"));
const load = (name) => import(pathToFileURL(join(folder, name)).href);
const [{ missingForKeyring, startKeyring }, { startMistralApi }] = await Promise.all([
  load("keyring.mjs"),
  load("api.mjs"),
]);

const missing = missingForKeyring();
if (missing.length > 0)
  throw new Error(`A real keyring is needed to measure; missing: ${missing.join(", ")}`);
const [keyring, api] = await Promise.all([
  startKeyring({ state: "unlocked", secrets: { default: key } }),
  startMistralApi({ keys: [key] }),
]);
if (delay !== "0") api.delay(Number(delay));

process.stdout.write(`${JSON.stringify({ ...keyring.env, MISTRAL_KEY_SERVER_URL: api.url })}\n`);
process.stdin.resume().on("end", async () => {
  await Promise.all([keyring.stop(), api.stop()]);
  rmSync(folder, { recursive: true, force: true });
});
