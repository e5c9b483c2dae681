import { fileURLToPath } from "node:url";

const preload = fileURLToPath(new URL("quick-scrypt.cjs", import.meta.url));

/** Variables that make passphrases take the program almost no time. */
export const quickScrypt = { NODE_OPTIONS: `--require=${preload}` } as const;
