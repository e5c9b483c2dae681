import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { ApiKey } from "../keys/api-key.ts";
import { say } from "../mistral/facts.ts";
import type { KeyCheck } from "../mistral/mistral-api.ts";
import { checkWithProgress } from "../verification/check-with-progress.ts";
import { verdictOf } from "../verification/verdict.ts";
import { facts } from "./facts.ts";
import { receiveKey } from "./receive-key.ts";
import { type SettleRequest, settleKey } from "./settle-key.ts";

/** Which key to capture, and its source. */
export interface CaptureRequest extends SettleRequest {
  /** `stdin` reads a key from standard input and asks nothing else; a given key is only checked. */
  readonly from: "prompt" | "stdin" | ApiKey;
  readonly message: string;
  /** Goes back a step, if there is one; then the prompt returns, unless this returns a key. */
  readonly onBack?: () => Promise<ApiKey | undefined>;
  /** The key that Enter takes on empty input. */
  readonly offered?: ApiKey | undefined;
  readonly verify: boolean;
  /** Returns why a key is refused whatever Mistral answers, as a sentence. */
  readonly refuse?: (key: ApiKey) => string | undefined;
}

/** A captured key, and Mistral's answer about it. */
export type CapturedKey =
  /** Mistral accepts it or the user wants it anyway; no `check` when none was requested. */
  | { readonly outcome: "captured"; readonly key: ApiKey; readonly check: KeyCheck | undefined }
  /** Its verdict was not `usable`, and there is nobody to ask. */
  | { readonly outcome: "refused"; readonly key: ApiKey; readonly check: KeyCheck };

/**
 * Captures a key and checks it. In a terminal it asks until there is a key that the user wants; a key
 * that Mistral rejects is never returned from there.
 *
 * @throws Cancelled when the user stops
 * @throws MistralKeyError of kind `usage` when standard input holds no usable key
 */
export async function captureKey(deps: Deps, request: CaptureRequest): Promise<CapturedKey> {
  const { from, message } = request;
  if (from === "stdin") {
    return await checkAlone(deps, await receiveKey(deps, message), request);
  }
  if (from !== "prompt" && !deps.interactive) return await checkAlone(deps, from, request);
  for (let key = from === "prompt" ? undefined : from; ; key = undefined) {
    key ??= await askForKey(deps, request);
    const refusal = request.refuse?.(key);
    if (refusal !== undefined) {
      deps.output.warn(refusal);
      continue;
    }
    if (!request.verify) return { outcome: "captured", key, check: undefined };
    const settled = await settleKey(deps, key, request);
    if (settled !== undefined) return { outcome: "captured", ...settled };
  }
}

/** Asks for a key, again when a step back or the page returned none. */
async function askForKey(
  { prompts, keyOnPage }: Deps,
  { message, offered, onBack }: CaptureRequest,
): Promise<ApiKey> {
  const instead = [...(onBack === undefined ? [] : (["back"] as const)), "stuck" as const];
  for (;;) {
    const entered = await (await prompts()).key({ message, offered, instead });
    if (entered instanceof ApiKey) return entered;
    const key = await (entered === "back" ? onBack?.() : keyOnPage(message));
    if (key !== undefined) return key;
  }
}

async function checkAlone(deps: Deps, key: ApiKey, request: CaptureRequest): Promise<CapturedKey> {
  const refusal = request.refuse?.(key);
  if (refusal !== undefined) throw new MistralKeyError("usage", refusal, { hint: "Nothing was changed." });
  if (!key.hasUsualShape) {
    deps.output.warn(say(facts.usualShape, { length: String(key.length) }));
  }
  if (!request.verify) return { outcome: "captured", key, check: undefined };
  const check = await checkWithProgress(deps, key, request.endpoint, {
    greets: request.greets,
    history: { expiresAt: request.expiresAt, lastAcceptedAt: null },
  });
  return { outcome: verdictOf(check) === "usable" ? "captured" : "refused", key, check };
}
