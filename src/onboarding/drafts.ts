import { join } from "node:path";
import type { ScreenId } from "../capture/pictures.ts";
import type { StartingPoint } from "../capture/steps.ts";
import { MistralKeyError } from "../errors.ts";
import { PrivateFolder } from "../files/private-folder.ts";
import { Shape, ShapeError } from "../files/shape.ts";
import type { Expiry } from "../keys/expiry.ts";
import type { ProfileName } from "../keys/profile-name.ts";

/** How far a wizard came before it was stopped: answers only, never a key. */
export interface Draft {
  readonly start: StartingPoint;
  /** What was on the screen. */
  readonly screen: ScreenId;
  /** The expiration date that was chosen; absent when the question had not come yet. */
  readonly expiresAt?: Expiry | undefined;
}

/**
 * Where unfinished wizards are remembered. They are a convenience: what cannot be read counts as none, and
 * what cannot be written or removed is left, so that nothing here ever fails.
 */
export interface Drafts {
  read(profile: ProfileName): Draft | undefined;
  write(profile: ProfileName, draft: Draft): void;
  remove(profile: ProfileName): void;
}

const starts: Record<StartingPoint, true> = { new: true, account: true, key: true };
const screens: Record<ScreenId, true> = { "sign-in": true, workspace: true, create: true, copy: true };

/** @param folder - the folder of the program, where they are `drafts/NAME.json`; it need not exist */
export function openDrafts(folder: string): Drafts {
  const files = new PrivateFolder(join(folder, "drafts"));
  return {
    read: (profile) =>
      attempt(() => {
        const text = files.read(`${profile}.json`);
        return text === undefined ? undefined : readDraft(Shape.parse(text));
      }),
    write: (profile, draft) => attempt(() => files.write(`${profile}.json`, `${JSON.stringify(draft)}\n`)),
    remove: (profile) => attempt(() => files.remove(`${profile}.json`)),
  };
}

function readDraft(shape: Shape): Draft {
  return {
    start: shape.oneOf("start", starts),
    screen: shape.oneOf("screen", screens),
    ...(shape.has("expiresAt") ? { expiresAt: shape.momentOrNull("expiresAt") } : {}),
  };
}

function attempt<Result>(act: () => Result): Result | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof ShapeError || error instanceof MistralKeyError) return undefined;
    throw error;
  }
}
