import { startKeyring } from "./keyring.ts";

// Starts a keyring, prints its home folder, and never stops it.
const keyring = await startKeyring({ state: "locked", secrets: { default: "one" } });
console.log(keyring.env.HOME);
setInterval(() => {}, 60_000);
