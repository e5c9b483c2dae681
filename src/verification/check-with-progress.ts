import type { Deps } from "../deps.ts";
import { Cancelled } from "../errors.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import type { CheckOptions, CheckStep, KeyCheck } from "../mistral/mistral-api.ts";

interface CheckRequest extends Pick<CheckOptions, "history" | "quick" | "model" | "tryCodestral" | "greets"> {
  /** Leaves nothing on the screen, as for `--json`. */
  readonly silent?: boolean;
}

/**
 * Makes the test calls and shows progress and successes on stderr; failures are left to the caller, who has
 * the whole verdict.
 *
 * @throws Cancelled when the user presses Ctrl-C
 */
export async function checkWithProgress(
  deps: Deps,
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
    return await api.checkKey(key, { ...request, onProgress, signal });
  } finally {
    line.clear();
  }
}

/** Checks this many keys at once, each with at most two parallel calls: Mistral limits calls per second. */
const atOnce = 2;

/**
 * Checks several keys, a few at a time, and shows how many are done.
 *
 * @returns the results in order; after Ctrl-C, only those that are done
 */
export async function checkEach<Item, Result>(
  deps: Deps,
  items: readonly Item[],
  check: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const label = items.length === 1 ? "Checking a key" : `Checking ${items.length} keys`;
  const line = deps.output.progress(label);
  const results: Result[] = [];
  const queue = items.entries();
  let done = 0;
  const work = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (deps.signal.aborted) return;
      try {
        results[index] = await check(item);
      } catch (error) {
        if (error instanceof Cancelled) return;
        throw error;
      }
      done += 1;
      line.update(`${label}, ${done} done`);
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    line.clear();
  }
  return Object.values(results);
}
