import { type Keyring, startKeyring } from "../support/keyring.ts";

/** The programs that it needs. */
export const forKeyring = ["dbus-daemon", "gnome-keyring-daemon", "secret-tool"];

/** Starts a keyring for the time of an attack. */
export async function withKeyring(use: (keyring: Keyring) => Promise<void>): Promise<void> {
  const keyring = await startKeyring({ state: "unlocked" });
  try {
    await use(keyring);
  } finally {
    await keyring.stop();
  }
}
