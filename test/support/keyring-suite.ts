import { missingForKeyring } from "./keyring.ts";
import { describeNeeding } from "./needs.ts";

/** `describe` for tests that need a real keyring. */
export function describeWithKeyring(name: string, suite: () => void): void {
  describeNeeding(
    name,
    { missing: missingForKeyring(), packages: "dbus gnome-keyring libsecret-tools" },
    suite,
  );
}
