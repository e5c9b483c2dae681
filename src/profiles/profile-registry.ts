import type { ProfileName } from "../keys/profile-name.ts";
import type { Profile } from "./profile.ts";

/** Facts about this user's keys, kept on disk; never a key itself. */
export interface ProfileRegistry {
  /** @throws MistralKeyError of kind `store-damaged` if its file cannot be read or parsed */
  read(name: ProfileName): Profile | undefined;

  /**
   * For a name without a profile: one whose name differs only in case. A new profile cannot have such a
   * name, since some file systems, and Windows Credential Manager, treat the two as one.
   */
  lookalike(name: ProfileName): ProfileName | undefined;

  /**
   * Makes sure that profiles can be written; call it before asking for a key.
   *
   * @throws MistralKeyError of kind `store-denied` if the disk refuses
   */
  prepare(): void;

  /**
   * Writes a profile atomically: a temporary file, synced and renamed; mode 0600 in a folder of 0700.
   *
   * @throws MistralKeyError of kind `usage` for a new profile with a {@link lookalike}, or `store-denied`
   */
  write(profile: Profile): void;

  /** Deletes a profile, also as the default. Returns whether there was one. */
  remove(name: ProfileName): boolean;

  /** Sorted by name; an unreadable one with the reason. */
  list(): readonly ListedProfile[];

  /**
   * Returns the default that `use` set, if any.
   *
   * @throws MistralKeyError of kind `store-damaged` if it cannot be read
   */
  readDefault(): ProfileName | undefined;

  /** Sets the default profile; `undefined` restores the one called `default`. */
  writeDefault(name: ProfileName | undefined): void;
}

/** A row of {@link ProfileRegistry.list}. */
export type ListedProfile =
  | { readonly name: ProfileName; readonly profile: Profile }
  | { readonly name: ProfileName; readonly damaged: string };
