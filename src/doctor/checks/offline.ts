import type { Finding } from "../check.ts";

/** What checks that need the network find with `--offline`. */
export const offline: Finding = { state: "skipped", message: "Not looked at (--offline)." };
