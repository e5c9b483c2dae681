import { captureKey } from "../capture/capture-key.ts";
import {
  firstScreenFor,
  firstStepOf,
  type Screen,
  type StartingPoint,
  screensFor,
  stepsOf,
  suggestKeyName,
} from "../capture/steps.ts";
import { type Walked, walkSteps } from "../capture/walk-steps.ts";
import type { Deps } from "../deps.ts";
import { Cancelled } from "../errors.ts";
import { commandFor, shellWord } from "../hints.ts";
import { ApiKey } from "../keys/api-key.ts";
import { daysLeft } from "../keys/expiry.ts";
import type { Endpoint } from "../mistral/endpoint.ts";
import type { Choice } from "../terminal/prompts/prompts.ts";
import type { Draft } from "./drafts.ts";
import type { OnboardRequest } from "./outcome.ts";

/**
 * Guides the user to a key: asks where they are, walks the steps from there and captures the key, also
 * when it is pasted early. A stopped wizard can be continued where it was.
 *
 * @throws Cancelled
 */
export async function leadToKey(deps: Deps, request: OnboardRequest, endpoint: Endpoint) {
  try {
    let walked = await walkToPaste(deps, request);
    for (;;) {
      const { key: from = "prompt", expiresAt, justMade } = walked;
      const { verify, offered } = request;
      const how = { message: "Your key", endpoint, verify, offered, greets: true, back: "back" } as const;
      const captured = await captureKey(deps, { ...how, from, expiresAt, justMade });
      const drafts = await deps.drafts();
      if (captured !== "back") {
        drafts.remove(request.profile);
        return { captured, walked };
      }
      const start = drafts.read(request.profile)?.start === "new" ? "new" : "account";
      walked = await walkFrom(deps, request, { start, screen: "create" });
    }
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    const draft = await findDraft(deps, request);
    const { MISTRAL_KEY_STORE: storeHere, MISTRAL_KEY_SERVER_URL: urlHere } = deps.env;
    const { store, endpoint: { region, serverUrl } = {} } = request;
    // No profile notes them yet, and the next run would take the usual ones.
    const flags = [
      store !== undefined && store !== storeHere && `--store ${store}`,
      region !== undefined && (region !== "global" || serverUrl === undefined) && `--region ${region}`,
      serverUrl !== undefined && serverUrl !== urlHere && `--server-url ${shellWord(serverUrl)}`,
      !request.verify && "--no-verify",
      request.web && "--web",
    ].filter(Boolean);
    const command = commandFor(request.profile, ["init", ...flags].join(" "));
    const hint = `To continue${draft === undefined ? "" : ` at ${stepOf(deps, draft)}`} later: ${command}`;
    throw new Cancelled("Stopped; nothing was stored.", { hint });
  }
}

async function walkToPaste(deps: Deps, request: OnboardRequest): Promise<Walked> {
  deps.output.outline(stepsOf(screensOf(deps, "new")));
  const draft = await findDraft(deps, request);
  const choices: Choice<Draft>[] = [
    { value: beginningOf("new"), name: "I am new to Mistral", description: "show me every step" },
    { value: beginningOf("account"), name: "I have an account", description: "go to API Keys" },
    { value: beginningOf("key"), name: "I have a key", description: "paste it, here or at any question" },
  ];
  if (draft !== undefined) {
    const name = `At ${stepOf(deps, draft)} of 5`;
    choices.unshift({ value: draft, name, description: "where you stopped last time" });
  }
  const start = await (await deps.prompts()).choose<Draft, ApiKey>({
    message: "Where are you now?",
    choices,
    onKeyPasted: (key) => key,
  });
  if (!(start instanceof ApiKey)) return await walkFrom(deps, request, start);
  const { expiresAt } = request;
  return { key: start, expiresAt, asked: expiresAt !== undefined, justMade: false };
}

async function walkFrom(deps: Deps, request: OnboardRequest, from: Draft): Promise<Walked> {
  const { start, screen } = from;
  const drafts = await deps.drafts();
  return await walkSteps(deps, {
    screens: screensOf(deps, start),
    from: screen,
    // `null` is an answer too: the key never expires.
    expiresAt: request.expiresAt === undefined ? from.expiresAt : request.expiresAt,
    onScreen: (shown, expiresAt) => drafts.write(request.profile, { start, screen: shown, expiresAt }),
  });
}

function beginningOf(start: StartingPoint): Draft {
  return { start, screen: firstScreenFor(start) };
}

/** Where to continue a stopped wizard, if that is past its first screen. */
async function findDraft(deps: Deps, { profile }: OnboardRequest): Promise<Draft | undefined> {
  const draft = (await deps.drafts()).read(profile);
  if (draft === undefined || draft.screen === firstScreenFor(draft.start)) return undefined;
  const { start, screen, expiresAt } = draft;
  // A key that works now cannot have expired before today, so the date is asked again.
  return expiresAt && daysLeft(expiresAt, deps.now()) < 0 ? { start, screen } : draft;
}

/** Such as `step 3`. */
function stepOf(deps: Deps, { start, screen }: Draft): string {
  return `step ${firstStepOf(screensOf(deps, start), screen)}`;
}

function screensOf(deps: Deps, start: StartingPoint): readonly Screen[] {
  return screensFor({ suggestedName: suggestKeyName(deps.machineName(), deps.now()), start });
}
