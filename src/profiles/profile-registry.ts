import type { ProfileName } from "../keys/profile-name.ts";
import type { Profile } from "./profile.ts";

/** What is known about the keys of this person, kept on disk beside no key. */
export interface ProfileRegistry {
  /**
   * What is known about a profile, or `undefined` when there is none.
   *
   * @throws MistralKeyError of kind `store-damaged` when its file cannot be read or understood
   */
  read(name: ProfileName): Profile | undefined;

  /**
   * A profile whose name differs from this one only in capital letters. A new profile cannot have
   * such a name, since some file systems take the two for one; ask before anything is captured.
   */
  lookalike(name: ProfileName): ProfileName | undefined;

  /**
   * Makes sure that a profile has where to be written, before a key is asked for.
   *
   * @throws MistralKeyError of kind `store-denied` when the disk does not take it
   */
  prepare(): void;

  /**
   * Writes a profile, whole or not at all: a temporary file, synced and renamed; 0600 in a folder of 0700.
   *
   * @throws MistralKeyError of kind `usage` for a new profile with a {@link lookalike}, `store-denied` when the disk does not take it
   */
  write(profile: Profile): void;

  /** Forgets a profile, and that it was the default. Answers whether there was one. */
  remove(name: ProfileName): boolean;

  /** Every profile there is, by name; one that cannot be read is given with the reason. */
  list(): readonly ListedProfile[];

  /**
   * The profile that `use` made the default; `undefined` where none was.
   *
   * @throws MistralKeyError of kind `store-damaged` when that cannot be read
   */
  readDefault(): ProfileName | undefined;

  /** Makes a profile the default; `undefined` gives that back to the one called `default`. */
  writeDefault(name: ProfileName | undefined): void;
}

/** A row of {@link ProfileRegistry.list}. */
export type ListedProfile =
  | { readonly name: ProfileName; readonly profile: Profile }
  | { readonly name: ProfileName; readonly damaged: string };
