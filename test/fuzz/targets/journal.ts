import { MistralKeyError } from "../../../src/errors.ts";
import { defaultProfile } from "../../../src/keys/profile-name.ts";
import { JournalFolder } from "../../../src/rotation/journal-folder.ts";
import { readOrRefuse } from "../property.ts";
import { withFile } from "../with-file.ts";

/** The journal of a rotation. */
export function fuzz(data: Buffer): void {
  withFile(["rotations", "default.json"], data, (folder) => {
    const journal = new JournalFolder(folder);
    const record = readOrRefuse([MistralKeyError], () => journal.read(defaultProfile));
    if (record !== undefined) journal.confirm(record);
    journal.list();
  });
}
