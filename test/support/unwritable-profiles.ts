import { MistralKeyError } from "../../src/errors.ts";
import type { ProfileRegistry } from "../../src/profiles/profile-folder.ts";

/** The same profiles on a disk that takes no change of them, while other files can be written. */
export function unwritable(profiles: ProfileRegistry): ProfileRegistry {
  return {
    read: (name) => profiles.read(name),
    list: () => profiles.list(),
    lookalike: () => undefined,
    prepare: () => {},
    claim: () => true,
    release: () => {},
    remove: () => false,
    readDefault: () => undefined,
    writeDefault: () => {},
    write: () => {
      throw new MistralKeyError("store-denied", "The disk is full.", { hint: "Make room." });
    },
  };
}
