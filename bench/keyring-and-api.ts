// What the measured commands talk to, in a process of its own so that the measuring process cannot delay it:
// a real keyring with a key, and the loopback Mistral API of the tests. Prints their variables as JSON and
// lives as long as its standard input.
import { startKeyring } from "../test/support/keyring.ts";
import { startMistralApi } from "../test/support/mistral-api.ts";

const [key = "", delay = "0"] = process.argv.slice(2);

Promise.all([
  startKeyring({ state: "unlocked", secrets: { default: key } }),
  startMistralApi({ keys: [key] }),
]).then(([keyring, api]) => {
  if (delay !== "0") api.delay(Number(delay));
  console.log(JSON.stringify({ ...keyring.env, MISTRAL_KEY_SERVER_URL: api.url }));
  process.stdin.resume().on("end", () => Promise.all([keyring.stop(), api.stop()]));
});
