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
export interface CaptureRequest<Back extends "back" = never> extends SettleRequest {
  /** `stdin` reads a key from standard input and asks nothing else; a given key was pasted before. */
  readonly from: "prompt" | "stdin" | ApiKey;
  readonly message: string;
  /** The result when the user goes back a step, if there is one. */
  readonly back?: Back;
  /** The key that Enter takes on empty input. */
  readonly offered?: ApiKey | undefined;
  readonly verify: boolean;
  /** Returns why a key is refused whatever Mistral answers, as a sentence. */
  readonly refuse?: (key: ApiKey) => string | undefined;
}

/** A captured key, and Mistral's answer about it. */
export type CapturedKey =
  /** Mistral accepts it or the user wants it anyway; no `check` when none was requested. */
  { readonly outcome: "captured"; readonly key: ApiKey; readonly check: KeyCheck | undefined } | RefusedKey;

/** A key whose verdict was not `usable`, with nobody to ask; nothing was changed. */
export interface RefusedKey {
  readonly outcome: "refused";
  readonly key: ApiKey;
  readonly check: KeyCheck;
}

/**
 * Captures a key and checks it. In a terminal it asks until there is a key that the user wants; a key
 * that Mistral rejects is never returned from there.
 *
 * @throws Cancelled when the user stops
 * @throws MistralKeyError of kind `usage` when standard input holds no usable key
 */
export async function captureKey<Back extends "back" = never>(
  deps: Deps,
  request: CaptureRequest<Back>,
): Promise<CapturedKey | Back> {
  const { from, message } = request;
  if (from === "stdin") {
    return await checkAlone(deps, await receiveKey(deps, message), request);
  }
  for (let given = from === "prompt" ? undefined : from; ; ) {
    const key = given ?? (await askForKey(deps, request));
    given = undefined;
    if (!(key instanceof ApiKey)) return key;
    const refusal = request.refuse?.(key);
    if (refusal !== undefined) {
      deps.output.warn(refusal);
      continue;
    }
    if (!request.verify) return { outcome: "captured", key, check: undefined };
    const settled = await settleKey(deps, key, request);
    if (settled instanceof ApiKey) given = settled;
    else if (settled !== undefined) return { outcome: "captured", ...settled };
  }
}

/** Asks for a key, again when the page returned none. */
async function askForKey<Back extends "back">(
  { prompts, keyOnPage }: Deps,
  { message, offered, back }: CaptureRequest<Back>,
): Promise<ApiKey | Back> {
  const instead = [...(back === undefined ? [] : [back]), "stuck" as const];
  for (;;) {
    const entered = await (await prompts()).key({ message, offered, instead });
    const key = entered === "stuck" ? await keyOnPage(message) : entered;
    if (key !== undefined) return key;
  }
}

async function checkAlone(
  deps: Deps,
  key: ApiKey,
  request: Omit<CaptureRequest, "back">,
): Promise<CapturedKey> {
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
