import type { Check, Finding } from "../check.ts";
import { localLimitMs } from "../check.ts";

const current = "Install a current one from https://nodejs.org.";

/**
 * Judges a version of Node.js. Odd lines get no long-term support (https://nodejs.org/en/about/previous-releases).
 *
 * @param version - as `process.version` has it, `v20.19.0`
 */
export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const supported = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 23;
  if (!supported) {
    return {
      state: "fail",
      kind: "usage",
      message: `Node.js ${version} is too old; mistral-key needs 20.19, 22.12 or later.`,
      hint: current,
    };
  }
  if (major % 2 === 1) {
    return {
      state: "warn",
      message: `Node.js ${version} is of a line that gets fixes for half a year only.`,
      hint: current,
    };
  }
  return { state: "ok", message: `Node.js ${version}` };
}

/** Whether this Node.js is supported. */
export const nodeCheck: Check = {
  id: "node",
  title: "Node.js",
  limitMs: localLimitMs,
  look: async ({ nodeVersion }) => judgeNode(nodeVersion),
};
