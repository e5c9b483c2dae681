import { firstStepFor, type Standing, stepsFor, suggestKeyName } from "../capture/steps.ts";
import { type Walked, walkSteps } from "../capture/walk-steps.ts";
import type { Deps } from "../deps.ts";
import { Cancelled, MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Expiry } from "../keys/expiry.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { type Draft, isFresh } from "./draft.ts";

/** What the wizard needs to know before it starts. */
export interface WizardRequest {
  readonly profile: ProfileName;
  readonly expiresAt: Expiry | undefined;
  readonly browser: boolean;
  /** A made-up key to paste, in the demonstration. */
  readonly offered?: ApiKey | undefined;
}

/**
 * Asks where the person stands and walks the steps from there, up to the paste. Stopped in between,
 * it goes on there the next time.
 *
 * @throws Cancelled
 */
export async function walkToPaste(deps: Deps, request: WizardRequest): Promise<Walked> {
  return await stoppable(deps, request, async () =>
    walkFrom(deps, request, (await takeUp(deps, request)) ?? (await askStanding(deps))),
  );
}

/** Walks again from the step before the paste, for somebody who went back from there. */
export async function walkBack(deps: Deps, request: WizardRequest): Promise<Walked> {
  return await stoppable(deps, request, () => walkFrom(deps, request, { standing: "account", step: 3 }));
}

/**
 * Does a part of the wizard before anything is stored. Somebody who stops it is told that, and where
 * it goes on.
 *
 * @throws Cancelled
 */
export async function stoppable<Result>(
  deps: Deps,
  { profile }: WizardRequest,
  part: () => Promise<Result>,
): Promise<Result> {
  try {
    return await part();
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    const draft = draftOf(deps, profile);
    const hint = draft && `${commandFor(profile, "init")} goes on at step ${draft.step + 1}.`;
    throw new Cancelled("Stopped; nothing was stored.", hint === undefined ? {} : { hint });
  }
}

async function walkFrom(deps: Deps, request: WizardRequest, start: Start): Promise<Walked> {
  const { standing, step } = start;
  const walked = await walkSteps(deps, {
    steps: stepsFor({ suggestedName: suggestKeyName(deps.machineName(), deps.now()) }),
    from: step,
    expiresAt: request.expiresAt ?? start.expiresAt,
    browser: request.browser,
    onStep: (index, chosen) => remember(deps, request.profile, { standing, step: index, expiresAt: chosen }),
  });
  if (request.offered !== undefined) offer(deps, request.offered);
  return walked;
}

interface Start {
  readonly standing: Standing;
  readonly step: number;
  readonly expiresAt?: Expiry | undefined;
}

/** The wizard that was stopped, where it came further than where it would start anyhow. */
function draftOf(deps: Deps, profile: ProfileName): Draft | undefined {
  const draft = deps.drafts.read(profile);
  const further = draft !== undefined && draft.step > firstStepFor(draft.standing);
  return further && isFresh(draft, deps.now()) ? draft : undefined;
}

async function takeUp(deps: Deps, { profile }: WizardRequest): Promise<Start | undefined> {
  const draft = draftOf(deps, profile);
  if (draft === undefined) return undefined;
  const prompts = await deps.prompts();
  const goOn = await prompts.choose({
    message: "You stopped on the way last time. Where do you want to go on?",
    choices: [
      { value: true, name: `At step ${draft.step + 1} of 5`, description: "where you were" },
      { value: false, name: "From the start" },
    ],
  });
  return goOn ? draft : undefined;
}

async function askStanding(deps: Deps): Promise<Start> {
  const prompts = await deps.prompts();
  const standing = await prompts.choose<Standing>({
    message: "Where are you now?",
    choices: [
      { value: "new", name: "I am new to Mistral", description: "show me every step" },
      { value: "account", name: "I have an account", description: "go to API Keys" },
      { value: "key", name: "I have a key", description: "paste it" },
    ],
  });
  return { standing, step: firstStepFor(standing) };
}

function remember(deps: Deps, profile: ProfileName, { standing, step, expiresAt }: Start): void {
  const draft: Draft = {
    version: 1,
    profile,
    standing,
    step,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    savedAt: deps.now().toISOString(),
  };
  try {
    deps.drafts.write(draft);
  } catch (error) {
    // Only a convenience; a disk that refuses it will speak up when the key's profile is written.
    if (!(error instanceof MistralKeyError)) throw error;
  }
}

function offer({ output }: Deps, key: ApiKey): void {
  const { theme } = output;
  output.print("  This is a demonstration, so here is a made-up key to paste:");
  output.print(`  ${theme.strong(key.reveal())}`);
  output.print();
}
