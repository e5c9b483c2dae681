import type { Deps } from "../deps.ts";
import { Cancelled, MistralKeyError } from "../errors.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import type { CheckOptions, KeyCheck } from "../mistral/mistral-api.ts";
import { hang } from "../terminal/output/layout.ts";
import type { Choice } from "../terminal/prompts/prompts.ts";
import { checkWithProgress } from "../verification/check-with-progress.ts";
import { printExplanation } from "../verification/print-verdict.ts";
import { verdictOf } from "../verification/verdict.ts";
import { receiveKey } from "./receive-key.ts";

/** Which key is wanted, and where from. */
export interface CaptureRequest {
  /** `stdin` takes a key from standard input and asks nothing else; a key that is at hand is only checked. */
  readonly from: "prompt" | "stdin" | ApiKey;
  /** The question of the prompt. */
  readonly message: string;
  /** Takes the person a step back, where there is one; then the question comes again. */
  readonly onBack?: () => Promise<void>;
  readonly endpoint: Endpoint;
  /** Whether the key is checked with test calls. */
  readonly verify: boolean;
  /** The last day of the key, where it is known; it changes what a refusal means. */
  readonly expiresAt?: Expiry | undefined;
  /** Why a key cannot be the wanted one whatever Mistral says of it, as a sentence. */
  readonly refuse?: (key: ApiKey) => string | undefined;
}

/** A key that came in, and what Mistral says of it. */
export type CapturedKey =
  | { readonly outcome: "verified"; readonly key: ApiKey; readonly check: KeyCheck }
  /** The person wants it although Mistral could not be asked or limits it; or no check was wanted. */
  | { readonly outcome: "unverified"; readonly key: ApiKey; readonly check: KeyCheck | undefined }
  /** The check did not end well, and there is nobody to ask what to do about it. */
  | { readonly outcome: "refused"; readonly key: ApiKey; readonly check: KeyCheck };

type Capturing = Pick<
  Deps,
  "mistral" | "output" | "signal" | "interactive" | "prompts" | "readStdin" | "sleep"
>;

/**
 * Captures a key and checks it. In a terminal it goes on until there is a key the person wants to
 * use; a key that Mistral rejects is never given back from there.
 *
 * @throws Cancelled when the person stops
 * @throws MistralKeyError of kind `usage` when what came on standard input is no usable key
 */
export async function captureKey(deps: Capturing, request: CaptureRequest): Promise<CapturedKey> {
  if (request.from === "prompt") return await askForKey(deps, request);
  if (request.from === "stdin") {
    const { message } = request;
    return await checkAlone(deps, await receiveKey(deps, { message, flags: "… --with-key" }), request);
  }
  if (!deps.interactive || !request.verify) return await checkAlone(deps, request.from, request);
  return (await settle(deps, request.from, request)) ?? (await askForKey(deps, request));
}

async function checkAlone(deps: Capturing, key: ApiKey, request: CaptureRequest): Promise<CapturedKey> {
  const refusal = request.refuse?.(key);
  if (refusal !== undefined) throw new MistralKeyError("usage", refusal, { hint: "Nothing was changed." });
  if (!key.hasUsualShape) {
    const note = `This key has ${key.length} characters; Mistral's keys have 32 letters and digits today.`;
    deps.output.print(hang(`${deps.output.theme.symbol.warn} `, note, Math.min(deps.output.columns, 80)));
  }
  if (!request.verify) return { outcome: "unverified", key, check: undefined };
  const check = await checkOnce(deps, key, request);
  return { outcome: verdictOf(check) === "usable" ? "verified" : "refused", key, check };
}

async function askForKey(deps: Capturing, request: CaptureRequest): Promise<CapturedKey> {
  const prompts = await deps.prompts();
  for (;;) {
    const key = await prompts.key({ message: request.message, onBack: request.onBack });
    const refusal = request.refuse?.(key);
    if (refusal !== undefined) {
      const { output } = deps;
      output.print(hang(`${output.theme.symbol.warn} `, refusal, Math.min(output.columns, 80)));
      continue;
    }
    if (!request.verify) return { outcome: "unverified", key, check: undefined };
    const captured = await settle(deps, key, request);
    if (captured !== undefined) return captured;
  }
}

/** Checks a key until it is settled; `undefined` when the person wants to paste another one. */
async function settle(
  deps: Capturing,
  key: ApiKey,
  request: CaptureRequest,
): Promise<CapturedKey | undefined> {
  let check = await checkOnce(deps, key, request);
  let codestralTried = false;
  for (;;) {
    const verdict = verdictOf(check);
    if (verdict === "usable") return { outcome: "verified", key, check };
    printExplanation(deps.output, check, verdict === "rejected" ? "fail" : "warn");
    const codestral = !codestralTried && (await deps.mistral(request.endpoint)).canTryCodestral;
    switch (await askWhatNow(deps, check, codestral)) {
      case "paste":
        return undefined;
      case "again":
        check = await checkOnce(deps, key, request);
        break;
      case "wait":
        check = await waitAndCheck(deps, key, request, check);
        break;
      case "codestral":
        check = await checkOnce(deps, key, request, { tryCodestral: true });
        codestralTried = true;
        break;
      case "keep":
        return { outcome: "unverified", key, check };
      case "stop":
        throw new Cancelled("Stopped. The key was not stored.");
    }
  }
}

type Next = "paste" | "again" | "wait" | "codestral" | "keep" | "stop";

async function askWhatNow(deps: Capturing, check: KeyCheck, codestral: boolean): Promise<Next> {
  const prompts = await deps.prompts();
  const paste: Choice<Next> = { value: "paste", name: "Paste a key again" };
  const again: Choice<Next> = { value: "again", name: "Check it again" };
  const stop: Choice<Next> = { value: "stop", name: "Stop", description: "nothing is stored" };
  switch (verdictOf(check)) {
    case "limited":
      return prompts.choose({
        message: "Mistral accepts this key. What now?",
        choices: [
          { value: "keep", name: "Use it all the same", description: "it works once the limit is gone" },
          again,
          paste,
          stop,
        ],
      });
    case "unknown":
      return prompts.choose({
        message: "Nothing is known against this key. What now?",
        choices: [
          again,
          { value: "keep", name: "Store it unverified", description: "check it later, with verify" },
          paste,
          stop,
        ],
      });
    default: {
      const doubtful = check.diagnosis === "invalid-key";
      return prompts.choose({
        message: "What now?",
        choices: [paste, ...(doubtful ? [wait] : []), ...(doubtful && codestral ? [tryCodestral] : []), stop],
      });
    }
  }
}

const wait: Choice<Next> = {
  value: "wait",
  name: "Wait a little and try this key again",
  description: "for a key made in the last few minutes",
};

/** The key goes to another address only when the person says so. */
const tryCodestral: Choice<Next> = {
  value: "codestral",
  name: "See whether it is a Codestral key",
  description: "sends it to codestral.mistral.ai",
};

/** Pauses before a new key is tried again, in seconds: about the five minutes that some keys took, as users report. */
const pauses = [5, 10, 15, 30, 60, 60, 60, 60];

/** Tries a rejected key a few times more, until it is rejected no longer. */
async function waitAndCheck(
  deps: Capturing,
  key: ApiKey,
  request: CaptureRequest,
  before: KeyCheck,
): Promise<KeyCheck> {
  const prompts = await deps.prompts();
  let check = before;
  for (const pause of pauses) {
    await prompts.quietly(() => countDown(deps, pause));
    check = await checkOnce(deps, key, request);
    if (verdictOf(check) !== "rejected") break;
  }
  return check;
}

async function countDown({ output, sleep }: Capturing, seconds: number): Promise<void> {
  const label = (left: number) => `Trying again in ${left} second${left === 1 ? "" : "s"}`;
  const line = output.progress(label(seconds));
  try {
    for (let left = seconds; left > 0; left -= 1) {
      line.update(label(left));
      await sleep(1000);
    }
  } finally {
    line.clear();
  }
}

function checkOnce(
  deps: Capturing,
  key: ApiKey,
  { endpoint, expiresAt }: CaptureRequest,
  options: Pick<CheckOptions, "tryCodestral"> = {},
): Promise<KeyCheck> {
  return checkWithProgress(deps, key, endpoint, {
    ...options,
    history: { expiresAt, lastAcceptedAt: null },
  });
}
