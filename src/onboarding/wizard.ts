import { type CapturedKey, captureKey } from "../capture/capture-key.ts";
import { firstScreenFor, type StartingPoint, screensFor, suggestKeyName } from "../capture/steps.ts";
import { type Walked, walkSteps } from "../capture/walk-steps.ts";
import type { Deps } from "../deps.ts";
import { Cancelled } from "../errors.ts";
import { commandFor } from "../hints.ts";
import { ApiKey } from "../keys/api-key.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import type { OnboardRequest } from "./outcome.ts";

/** A key, and what was learnt on the way to it. */
export interface Obtained {
  readonly captured: CapturedKey;
  readonly walked: Walked;
}

/**
 * Leads a person to a key: asks how far they are, walks the steps from there, and captures the key. One
 * that is pasted at a question on the way is taken.
 *
 * @throws Cancelled
 */
export async function leadToKey(deps: Deps, request: OnboardRequest, endpoint: Endpoint): Promise<Obtained> {
  try {
    let walked = await walkToPaste(deps, request);
    const captured = await captureKey(deps, {
      from: walked.key ?? "prompt",
      message: "Your key",
      endpoint,
      verify: request.verify,
      greets: true,
      offered: request.offered,
      onBack: async () => {
        walked = await walkFrom(deps, request, "account");
        return walked.key;
      },
      // Going back may change these.
      get expiresAt() {
        return walked.expiresAt;
      },
      get justMade() {
        return walked.justMade;
      },
    });
    return { captured, walked };
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    const hint = `To go on later: ${commandFor(request.profile, "init")}`;
    throw new Cancelled("Stopped; nothing was stored.", { hint });
  }
}

async function walkToPaste(deps: Deps, request: OnboardRequest): Promise<Walked> {
  const start = await (await deps.prompts()).choose<StartingPoint, ApiKey>({
    message: "Where are you now?",
    choices: [
      { value: "new", name: "I am new to Mistral", description: "show me every step" },
      { value: "account", name: "I have an account", description: "go to API Keys" },
      { value: "key", name: "I have a key", description: "paste it, here or at any question" },
    ],
    onKeyPasted: (key) => key,
  });
  if (!(start instanceof ApiKey)) return await walkFrom(deps, request, start);
  const { expiresAt } = request;
  return { key: start, expiresAt, asked: expiresAt !== undefined, justMade: false };
}

async function walkFrom(
  deps: Deps,
  { expiresAt, browser }: OnboardRequest,
  start: StartingPoint,
): Promise<Walked> {
  const screens = screensFor({ suggestedName: suggestKeyName(deps.machineName(), deps.now()), start });
  return await walkSteps(deps, { screens, from: firstScreenFor(start), expiresAt, browser });
}
