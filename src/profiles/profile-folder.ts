import { join } from "node:path";
import { MistralKeyError, unlessDamaged } from "../errors.ts";
import { PrivateFolder } from "../files/private-folder.ts";
import { commandFor, ownCommand } from "../hints.ts";
import { type ProfileName, parseProfileName } from "../keys/profile-name.ts";
import type { Profile } from "./profile.ts";
import { readProfile } from "./profile-document.ts";
import { ProfileFiles } from "./profile-files.ts";

const defaultFile = "default-profile";
/** The file in the folder `state` with the day of a profile's last reminder. */
export const reminderFile = (name: ProfileName) => `reminded-${name}`;

/** A row of {@link ProfileFolder.list}. */
export type ListedProfile =
  | { readonly name: ProfileName; readonly profile: Profile }
  | { readonly name: ProfileName; readonly damaged: string };

/** The part of {@link ProfileFolder} that flows use. */
export type ProfileRegistry = Pick<
  ProfileFolder,
  | "read"
  | "lookalike"
  | "prepare"
  | "claim"
  | "release"
  | "write"
  | "remove"
  | "list"
  | "readDefault"
  | "writeDefault"
>;

/**
 * Keeps facts about this user's keys on disk, never a key itself: `profiles/NAME.json` for each profile, the
 * default's name in `state/default-profile`.
 */
export class ProfileFolder extends ProfileFiles<Profile> {
  readonly #state: PrivateFolder;

  /** @param folder - the folder of the program; it need not exist */
  constructor(folder: string) {
    super(join(folder, "profiles"), {
      parse: readProfile,
      nameIn: ({ name }) => name,
      adviceFor: (name) =>
        `The key itself is not in this file. Restore the file from a backup, or delete it; this writes it again, without its last day and its targets (add its --server-url or --region, if it had one): ${commandFor(name, "verify")}`,
    });
    this.#state = new PrivateFolder(join(folder, "state"));
  }

  /**
   * For a name without a profile: one whose name differs only in case. A new profile cannot have such a
   * name, since some file systems, and Windows Credential Manager, treat the two as one.
   */
  lookalike(name: ProfileName): ProfileName | undefined {
    // Listed, since a case-insensitive file system answers wrongly when asked by name.
    const names = this.names();
    const alike = (one: ProfileName) => one.toLowerCase() === name.toLowerCase();
    return names.includes(name) ? undefined : names.find(alike);
  }

  /** @throws MistralKeyError of kind `usage` for a new profile with a {@link lookalike}, or `store-denied` */
  override write(profile: Profile): void {
    const { name } = profile;
    const other = this.lookalike(name);
    if (other !== undefined) throw refuseLookalike(name, other);
    super.write(profile);
  }

  /** Deletes a profile, also as the default. Returns whether there was one. */
  override remove(name: ProfileName): boolean {
    if (unlessDamaged(() => this.readDefault()) === name) this.writeDefault(undefined);
    this.#state.remove(reminderFile(name));
    return this.names().includes(name) && super.remove(name);
  }

  list(): readonly ListedProfile[] {
    return this.rows((name, profile) => ({ name, profile }));
  }

  /**
   * Returns the default that `use` set, if any.
   *
   * @throws MistralKeyError of kind `store-damaged` if it cannot be read
   */
  readDefault(): ProfileName | undefined {
    const text = this.#state.read(defaultFile);
    if (text === undefined) return undefined;
    try {
      return parseProfileName(text.trim());
    } catch (cause) {
      const message = `${this.#state.pathOf(defaultFile)} does not hold the name of a profile.`;
      const hint = `Choose the default again: ${ownCommand("use NAME")}`;
      throw new MistralKeyError("store-damaged", message, { cause, hint });
    }
  }

  /** Sets the default profile; `undefined` restores the one called `default`. */
  writeDefault(name: ProfileName | undefined): void {
    if (name === undefined) this.#state.remove(defaultFile);
    else this.#state.write(defaultFile, `${name}\n`);
  }
}

/**
 * Error: the name differs from another profile's only in case.
 *
 * @param instead - what to do, rather than taking the name: a sentence
 */
export function refuseLookalike(
  name: ProfileName,
  other: ProfileName,
  instead = `Use the name ${other}, or one that differs by more than that.`,
): MistralKeyError {
  // Then a key without a profile, left by a lost file, can be reached again, too.
  const free = `To use the name ${name}, rename the other profile first: ${ownCommand(`rename ${other} NAME`)}`;
  return new MistralKeyError(
    "usage",
    `There is a profile called ${other}, and ${name} differs from it only in capital letters.`,
    { hint: `${instead}\n${free}` },
  );
}
