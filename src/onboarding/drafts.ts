import { join } from "node:path";
import type { ScreenId } from "../capture/pictures.ts";
import type { StartingPoint } from "../capture/steps.ts";
import { PrivateFolder } from "../files/private-folder.ts";
import { Shape } from "../files/shape.ts";
import type { Expiry } from "../keys/expiry.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { attempt } from "../profiles/profile-files.ts";

/** How far a stopped wizard had come: answers only, never a key. */
export interface Draft {
  readonly start: StartingPoint;
  /** The screen that was shown. */
  readonly screen: ScreenId;
  /** The chosen expiration date; absent when not asked yet. */
  readonly expiresAt?: Expiry | undefined;
}

/**
 * Remembers unfinished wizards. A convenience that never fails: an unreadable draft counts as none, and
 * failed writes and removals are ignored.
 */
export interface Drafts {
  read(profile: ProfileName): Draft | undefined;
  write(profile: ProfileName, draft: Draft): void;
  remove(profile: ProfileName): void;
}

const starts: Record<StartingPoint, true> = { new: true, account: true, key: true };
const screens: Record<ScreenId, true> = { "sign-in": true, workspace: true, create: true, copy: true };

/** @param folder - the program's folder, which holds `drafts/NAME.json`; it need not exist */
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
