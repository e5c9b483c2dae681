import type { FlagEntry } from "../command-types.ts";

export const withKey: FlagEntry = {
  syntax: "--with-key",
  description: "read the key from standard input, without the steps; typed or pasted, it stays hidden",
};

export const expires: FlagEntry = {
  syntax: "--expires <date>",
  description: "the key's last day: 2027-02-21, 90d or never",
  suggests: ["30d", "90d", "180d", "365d", "never"],
};

export const noBrowser: FlagEntry = {
  syntax: "--no-browser",
  description: "print addresses, open nothing",
};

export const web: FlagEntry = {
  syntax: "--web",
  description: "ask on a page in the browser, which this program serves on this machine only",
  conflicts: ["withKey", "json"],
};

export const replaceWithoutAsking: FlagEntry = {
  syntax: "--yes",
  alias: "--force",
  description: "replace a stored key without asking (also --force)",
};
