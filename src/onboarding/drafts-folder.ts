import { join } from "node:path";
import type { ScreenId } from "../capture/pictures.ts";
import type { StartingPoint } from "../capture/steps.ts";
import { MistralKeyError } from "../errors.ts";
import { PrivateFolder } from "../files/private-folder.ts";
import { Shape, ShapeError } from "../files/shape.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { readMoment, readName, readVersion } from "../profiles/profile-document.ts";
import type { Draft, Drafts } from "./draft.ts";

const starts: Record<StartingPoint, true> = { new: true, account: true, key: true };
const screens: Record<ScreenId, true> = { "sign-in": true, workspace: true, create: true, copy: true };

/** The unfinished wizards on disk: `drafts/NAME.json`, a file for each. */
export class DraftsFolder implements Drafts {
  readonly #folder: PrivateFolder;

  /** @param folder - the folder of the program; it need not exist */
  constructor(folder: string) {
    this.#folder = new PrivateFolder(join(folder, "drafts"));
  }

  read(profile: ProfileName): Draft | undefined {
    return attempt(() => {
      const text = this.#folder.read(fileOf(profile));
      return text === undefined ? undefined : readDraft(Shape.parse(text));
    });
  }

  write(draft: Draft): void {
    attempt(() => this.#folder.write(fileOf(draft.profile), `${JSON.stringify(draft, undefined, 2)}\n`));
  }

  remove(profile: ProfileName): void {
    attempt(() => this.#folder.remove(fileOf(profile)));
  }
}

function attempt<Result>(act: () => Result): Result | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof ShapeError || error instanceof MistralKeyError) return undefined;
    throw error;
  }
}

function readDraft(shape: Shape): Draft {
  return {
    version: readVersion(shape, 1),
    profile: readName(shape.text("profile")),
    start: shape.oneOf("start", starts),
    screen: shape.oneOf("screen", screens),
    ...(shape.has("expiresAt") ? { expiresAt: shape.textOrNull("expiresAt") } : {}),
    savedAt: readMoment(shape, "savedAt"),
  };
}

function fileOf(profile: ProfileName): string {
  return `${profile}.json`;
}
