import { fileURLToPath } from "node:url";

const preload = fileURLToPath(new URL("patient-timers.cjs", import.meta.url));

/**
 * Variables that make a program wait much longer before it decides that nothing more comes, for tests in
 * which something must come in time.
 */
export const patientTimers = { NODE_OPTIONS: `--require=${preload}` } as const;
