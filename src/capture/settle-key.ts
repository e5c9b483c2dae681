import type { Deps } from "../deps.ts";
import { Cancelled } from "../errors.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";
import { consolePages } from "../mistral/console-pages.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import { say } from "../mistral/facts.ts";
import type { KeyCheck } from "../mistral/mistral-api.ts";
import type { Choice } from "../terminal/prompts/prompts.ts";
import { checkWithProgress } from "../verification/check-with-progress.ts";
import { printExplanation } from "../verification/print-verdict.ts";
import { verdictOf } from "../verification/verdict.ts";
import { facts } from "./facts.ts";
import { openPageAndSay } from "./open-page.ts";

/** How to check a key. */
export interface SettleRequest {
  readonly endpoint: Endpoint;
  /** The last day, if known; it changes what a refusal means. */
  readonly expiresAt?: Expiry | undefined;
  /** Whether the key was just made, so that Mistral may refuse it for a while. */
  readonly justMade?: boolean | undefined;
  readonly greets?: boolean | undefined;
}

type Next = "paste" | "again" | "wait" | "open" | "codestral" | "keep" | "stop";

/**
 * Checks a key until its fate is settled; the user decides unless Mistral simply accepts it.
 *
 * @returns the key to use and Mistral's answer; another key that was pasted; `undefined` to ask for one
 * @throws Cancelled when the user stops
 */
export async function settleKey(
  deps: Deps,
  key: ApiKey,
  request: SettleRequest,
): Promise<{ readonly key: ApiKey; readonly check: KeyCheck } | ApiKey | undefined> {
  const { endpoint, expiresAt, greets, justMade = false } = request;
  const prompts = await deps.prompts();
  // A key for a custom gateway is none of Codestral's business.
  let triesCodestral = endpoint.serverUrl === undefined;
  const history = { expiresAt, lastAcceptedAt: null };
  const checkKey = (tryCodestral = false) =>
    checkWithProgress(deps, key, endpoint, { tryCodestral, greets, history });
  let check = await checkKey();
  for (;;) {
    if (verdictOf(check) === "usable") return { key, check };
    printExplanation(deps.output, check);
    const question = whatNow(check, justMade, triesCodestral);
    // The user may paste another key instead of answering.
    const next = await prompts.choose<Next, ApiKey>({ ...question, onKeyPasted: (another) => another });
    switch (next) {
      case "paste":
        return undefined;
      case "wait":
        check = await retryNewKey(deps, checkKey, check);
        break;
      case "codestral":
        triesCodestral = false;
        check = await checkKey(true);
        break;
      case "open": {
        const another = await openPlanPage(deps, check);
        if (another !== undefined) return another;
        check = await checkKey();
        break;
      }
      case "keep":
        return { key, check };
      case "stop":
        throw new Cancelled("Stopped. The key was not stored.");
      default:
        if (next !== "again") return next;
        check = await checkKey();
    }
  }
}

const paste: Choice<Next> = { value: "paste", name: "Paste another key" };
/** Checks the same key again. */
export const again: Choice<"again"> = { value: "again", name: "Check it again" };
/** Ends the program. */
export const stop: Choice<"stop"> = { value: "stop", name: "Stop", description: "nothing is stored" };
const wait: Choice<Next> = {
  value: "wait",
  name: "Wait and try this key again",
  description: say(facts.refusedAtFirst),
};
const open: Choice<Next> = { value: "open", name: "Open the page, then check again" };
/** This sends the key to another address, so only on request. */
const codestral: Choice<Next> = {
  value: "codestral",
  name: "See whether it is a Codestral key",
  description: "sends it to codestral.mistral.ai",
};

/** Stores a key that could not be used when it was checked. */
export function keep(name: string, description: string): Choice<"keep"> {
  return { value: "keep", name, description };
}

/** The question and its choices, the one for most users first. */
function whatNow(
  check: KeyCheck,
  justMade: boolean,
  triesCodestral: boolean,
): { readonly message: string; readonly choices: readonly Choice<Next>[] } {
  const message = "What now?";
  switch (verdictOf(check)) {
    case "limited":
      return {
        message: "Mistral accepts this key. What now?",
        choices:
          check.diagnosis === "no-plan"
            ? [open, keep("Store it anyway", "it works once that is settled"), paste, stop]
            : [keep("Store it anyway", "check it later, with verify"), again, paste, stop],
      };
    case "unknown":
      return {
        message: "This key could not be checked. What now?",
        choices: [again, keep("Store it unverified", "check it later, with verify"), paste, stop],
      };
    default: {
      if (check.diagnosis === "forbidden") return { message, choices: [again, paste, stop] };
      if (check.diagnosis !== "invalid-key") return { message, choices: [paste, stop] };
      const first = justMade ? [wait, paste] : [paste, wait];
      return { message, choices: [...first, ...(triesCodestral ? [codestral] : []), stop] };
    }
  }
}

/**
 * Opens the page for choosing or paying a plan, and waits until the user is back.
 *
 * @returns another key, if one was pasted instead
 */
async function openPlanPage(deps: Deps, check: KeyCheck): Promise<ApiKey | undefined> {
  const isPayment = check.diagnosis === "no-plan" && check.missing === "payment";
  await openPageAndSay(deps, isPayment ? consolePages.billing : consolePages.subscription);
  return await (await deps.prompts()).press<undefined, ApiKey>({
    keys: [{ press: "enter", does: "done, check the key again", value: undefined }],
    onKeyPasted: (another) => another,
  });
}

/**
 * Pauses before retrying a new key, in seconds; five minutes in total, the longest delay that users have
 * reported. Source: public reports, August 2026.
 */
const pauses = [5, 10, 15, 30, 60, 60, 60, 60];

/**
 * Retries a new key that Mistral does not accept, until it does or five minutes are over.
 *
 * @param checkKey - checks it once
 * @throws Cancelled when the user stops
 */
export async function retryNewKey(
  deps: Deps,
  checkKey: () => Promise<KeyCheck>,
  before: KeyCheck,
): Promise<KeyCheck> {
  let check = before;
  for (const pause of pauses) {
    if (check.diagnosis !== "invalid-key") break;
    await countDown(deps, pause);
    check = await checkKey();
  }
  return check;
}

async function countDown({ output, sleep }: Deps, seconds: number): Promise<void> {
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
