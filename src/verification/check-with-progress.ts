import type { Deps } from "../deps.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import type { CheckOptions, CheckStep, KeyCheck } from "../mistral/mistral-api.ts";
import { padEnd } from "../terminal/output/layout.ts";

type Checking = Pick<Deps, "mistral" | "output" | "signal" | "interactive" | "prompts">;
type CheckRequest = Pick<CheckOptions, "history" | "quick" | "model" | "tryCodestral">;

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
  request: CheckRequest,
): Promise<KeyCheck> {
  return await check(deps, key, endpoint, request, (step) => describeStep(step, deps.output.columns));
}

/**
 * Makes the test calls and leaves nothing on the screen, for `--json`.
 *
 * @throws Cancelled when the person presses Ctrl-C
 */
export async function checkQuietly(
  deps: Checking,
  key: ApiKey,
  endpoint: Endpoint,
  request: CheckRequest,
): Promise<KeyCheck> {
  return await check(deps, key, endpoint, request, () => undefined);
}

async function check(
  { mistral, output, signal, interactive, prompts }: Checking,
  key: ApiKey,
  endpoint: Endpoint,
  request: CheckRequest,
  describe: (step: CheckStep) => string | undefined,
): Promise<KeyCheck> {
  const api = await mistral(endpoint);
  let line = output.progress("Asking Mistral about this key");
  const onProgress = (step: CheckStep) => {
    if (!step.ok) return;
    const text = describe(step);
    if (text === undefined) line.clear();
    else line.succeed(text);
    line = output.progress("Asking a model");
  };
  const call = () => api.checkKey(key, { ...request, onProgress, signal });
  try {
    return interactive ? await (await prompts()).quietly(call) : await call();
  } finally {
    line.clear();
  }
}

function describeStep(step: CheckStep, columns: number): string {
  const what = step.part === "authentication" ? "accepted by Mistral" : "a model answered";
  const took = `${Math.round(step.latencyMs)} ms`;
  if (columns < 60) return `${what}, ${took}`;
  const line = `${padEnd(what, 22)}${took.padStart(8)}`;
  return step.part === "authentication" ? line : `${line}   ${step.model}`;
}
