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

/** Which key is wanted, and where from. */
export interface CaptureRequest extends SettleRequest {
  /** `stdin` takes a key from standard input and asks nothing else; a key that is at hand is only checked. */
  readonly from: "prompt" | "stdin" | ApiKey;
  /** The question of the prompt. */
  readonly message: string;
  /** Takes the person a step back, where there is one; then the question comes again, unless this gives a key. */
  readonly onBack?: () => Promise<ApiKey | undefined>;
  /** What Enter takes while nothing is entered. */
  readonly offered?: ApiKey | undefined;
  /** Whether the key is checked with test calls. */
  readonly verify: boolean;
  /** Why a key cannot be the wanted one whatever Mistral says of it, as a sentence. */
  readonly refuse?: (key: ApiKey) => string | undefined;
}

/** A key that came in, and what Mistral says of it. */
export type CapturedKey =
  /** Mistral accepts it, or the person wants it all the same; without a check where none was wanted. */
  | { readonly outcome: "captured"; readonly key: ApiKey; readonly check: KeyCheck | undefined }
  /** The check did not end well, and there is nobody to ask what to do about it. */
  | { readonly outcome: "refused"; readonly key: ApiKey; readonly check: KeyCheck };

type Capturing = Pick<
  Deps,
  | "mistral"
  | "output"
  | "signal"
  | "interactive"
  | "prompts"
  | "readStdin"
  | "sleep"
  | "openPage"
  | "keyOnPage"
>;

/**
 * Captures a key and checks it. In a terminal it goes on until there is a key the person wants to
 * use; a key that Mistral rejects is never given back from there.
 *
 * @throws Cancelled when the person stops
 * @throws MistralKeyError of kind `usage` when what came on standard input is no usable key
 */
export async function captureKey(deps: Capturing, request: CaptureRequest): Promise<CapturedKey> {
  const { from, message } = request;
  if (from === "stdin") {
    return await checkAlone(deps, await receiveKey(deps, { message, flags: "… --with-key" }), request);
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

/** Asks for a key, again after a step back or an offer of the page that gave none. */
async function askForKey(
  { prompts, keyOnPage }: Capturing,
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

async function checkAlone(deps: Capturing, key: ApiKey, request: CaptureRequest): Promise<CapturedKey> {
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
