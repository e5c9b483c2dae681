import type { ScreenId } from "../capture/pictures.ts";
import {
  firstScreenFor,
  firstStepOf,
  type Screen,
  type StartingPoint,
  screensFor,
  suggestKeyName,
} from "../capture/steps.ts";
import { type Walked, walkSteps } from "../capture/walk-steps.ts";
import type { Deps } from "../deps.ts";
import { Cancelled } from "../errors.ts";
import { commandFor } from "../hints.ts";
import { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { type Draft, isFresh } from "./draft.ts";

/** What the wizard needs to know before it starts. */
export interface WizardRequest {
  readonly profile: ProfileName;
  readonly expiresAt: Expiry | undefined;
  readonly browser: boolean;
}

/**
 * Asks how far the person is and walks the steps from there, up to the paste. Stopped in between,
 * it goes on there the next time. A key that is pasted at one of its questions ends it.
 *
 * @throws Cancelled
 */
export async function walkToPaste(deps: Deps, request: WizardRequest): Promise<Walked> {
  return await stoppable(deps, request, async () => {
    const start = (await takeUpDraft(deps, request)) ?? (await askStart(deps));
    if (!(start instanceof ApiKey)) return await walkFrom(deps, request, start);
    const { expiresAt } = request;
    return { key: start, expiresAt, asked: expiresAt !== undefined, justMade: false };
  });
}

/** Walks again from the screen before the paste, for somebody who went back from there. */
export async function walkBack(deps: Deps, request: WizardRequest): Promise<Walked> {
  return await stoppable(deps, request, () =>
    walkFrom(deps, request, { start: "account", screen: "create" }),
  );
}

/**
 * Does a part of the wizard before anything is stored. Somebody who stops it is told that, and where
 * it goes on.
 *
 * @throws Cancelled
 */
export async function stoppable<Result>(
  deps: Deps,
  { profile }: Pick<WizardRequest, "profile">,
  part: () => Promise<Result>,
): Promise<Result> {
  try {
    return await part();
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    const draft = draftOf(deps, profile);
    const hint = draft && `${commandFor(profile, "init")} goes on at ${stepOf(deps, draft)}.`;
    throw new Cancelled("Stopped; nothing was stored.", hint === undefined ? {} : { hint });
  }
}

/** Where a walk begins. */
interface Start {
  readonly start: StartingPoint;
  readonly screen: ScreenId;
  readonly expiresAt?: Expiry | undefined;
}

async function walkFrom(
  deps: Deps,
  request: WizardRequest,
  { start, screen, expiresAt }: Start,
): Promise<Walked> {
  return await walkSteps(deps, {
    screens: screensOf(deps, start),
    from: screen,
    expiresAt: request.expiresAt ?? expiresAt,
    browser: request.browser,
    onScreen: (shown, chosen) => remember(deps, request.profile, { start, screen: shown, expiresAt: chosen }),
  });
}

/** The wizard that was stopped, where it came further than where it would start anyhow. */
function draftOf(deps: Deps, profile: ProfileName): Draft | undefined {
  const draft = deps.drafts.read(profile);
  const further = draft !== undefined && draft.screen !== firstScreenFor(draft.start);
  return further && isFresh(draft, deps.now()) ? draft : undefined;
}

async function takeUpDraft(deps: Deps, { profile }: WizardRequest): Promise<Start | ApiKey | undefined> {
  const draft = draftOf(deps, profile);
  if (draft === undefined) return undefined;
  const from = await (await deps.prompts()).choose<"draft" | "start", ApiKey>({
    message: "You stopped on the way last time. Where do you want to go on?",
    choices: [
      { value: "draft", name: `At ${stepOf(deps, draft)} of 5`, description: "where you were" },
      { value: "start", name: "From the start" },
    ],
    onKeyPasted: (key) => key,
  });
  if (from instanceof ApiKey) return from;
  return from === "draft" ? draft : undefined;
}

async function askStart(deps: Deps): Promise<Start | ApiKey> {
  const start = await (await deps.prompts()).choose<StartingPoint, ApiKey>({
    message: "Where are you now?",
    choices: [
      { value: "new", name: "I am new to Mistral", description: "show me every step" },
      { value: "account", name: "I have an account", description: "go to API Keys" },
      { value: "key", name: "I have a key", description: "paste it, here or at any question" },
    ],
    onKeyPasted: (key) => key,
  });
  return start instanceof ApiKey ? start : { start, screen: firstScreenFor(start) };
}

/** Where a draft goes on: `step 3`. */
function stepOf(deps: Deps, { start, screen }: Draft): string {
  return `step ${firstStepOf(screensOf(deps, start), screen)}`;
}

function screensOf(deps: Deps, start: StartingPoint): readonly Screen[] {
  return screensFor({ suggestedName: suggestKeyName(deps.machineName(), deps.now()), start });
}

function remember(deps: Deps, profile: ProfileName, { start, screen, expiresAt }: Start): void {
  deps.drafts.write({
    version: 1,
    profile,
    start,
    screen,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    savedAt: deps.now().toISOString(),
  });
}
