import { fileURLToPath } from "node:url";

const preload = fileURLToPath(new URL("quick-scrypt.cjs", import.meta.url));

/** Variables with which a passphrase takes the program next to no time, in every run that has them. */
export const quickScrypt = { NODE_OPTIONS: `--require=${preload}` } as const;
