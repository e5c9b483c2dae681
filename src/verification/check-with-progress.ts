import type { Deps } from "../deps.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import type { CheckOptions, CheckStep, KeyCheck } from "../mistral/mistral-api.ts";
import { quietly } from "../terminal/absence.ts";

/** What {@link checkWithProgress} makes calls and shows them with. */
export type Checking = Pick<Deps, "mistral" | "output" | "signal" | "interactive" | "prompts">;

/** What is to be checked about a key. */
export interface CheckRequest
  extends Pick<CheckOptions, "history" | "quick" | "model" | "tryCodestral" | "greets"> {
  /** Whether nothing stays on the screen, as for `--json`. */
  readonly silent?: boolean;
}

/**
 * Makes the test calls and shows on stderr what is under way and what went well; what went wrong
 * is left to the caller, who has the whole verdict. The keyboard stays silent meanwhile.
 *
 * @throws Cancelled when the person presses Ctrl-C
 */
export async function checkWithProgress(
  deps: Checking,
  key: ApiKey,
  endpoint: Endpoint,
  { silent = false, ...request }: CheckRequest,
): Promise<KeyCheck> {
  const { mistral, output, signal } = deps;
  const api = await mistral(endpoint);
  let line = output.progress("Asking Mistral about this key");
  const onProgress = (step: CheckStep) => {
    if (!step.ok) return;
    const took = `${Math.round(step.latencyMs)} ms`;
    if (silent) line.clear();
    else if (step.part === "authentication") line.succeed("accepted by Mistral", took);
    else line.succeed("a model answered", took, step.model);
    line = output.progress("Asking a model");
  };
  try {
    return await quietly(deps, () => api.checkKey(key, { ...request, onProgress, signal }));
  } finally {
    line.clear();
  }
}
