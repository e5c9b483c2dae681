import type { FlagEntry } from "../command-types.ts";

/** Reads the key from standard input. */
export const withKey: FlagEntry = {
  syntax: "--with-key",
  description: "read the key from standard input, without the steps; typed or pasted, it stays hidden",
};

/** The key's last day. */
export const expires: FlagEntry = {
  syntax: "--expires <date>",
  description: "the key's last day: 2027-02-21, 90d or never",
  suggests: ["30d", "90d", "180d", "365d", "never"],
};

/** Opens no page. */
export const noBrowser: FlagEntry = {
  syntax: "--no-browser",
  description: "print addresses, open nothing",
};

/** Asks on a page. */
export const web: FlagEntry = {
  syntax: "--web",
  description: "ask on a page in the browser, which this program serves on this machine only",
  conflicts: ["withKey", "json"],
};

/** Replaces a stored key. */
export const replaceWithoutAsking: FlagEntry = {
  syntax: "--yes",
  alias: "--force",
  description: "replace a stored key without asking (also --force)",
};
