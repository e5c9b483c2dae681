import assert from "node:assert/strict";
import { MistralKeyError } from "../../../src/errors.ts";
import { Shape } from "../../../src/files/shape.ts";
import { defaultProfile } from "../../../src/keys/profile-name.ts";
import { addressOf } from "../../../src/mistral/endpoint.ts";
import { readProfile } from "../../../src/profiles/profile-document.ts";
import { ProfileFolder } from "../../../src/profiles/profile-folder.ts";
import { assertHarmless, readOrRefuse } from "../property.ts";
import { withFile } from "../with-file.ts";

/** A profile on disk. */
export function fuzz(data: Buffer): void {
  withFile(["profiles", "default.json"], data, (folder) => {
    const profile = readOrRefuse([MistralKeyError], () => new ProfileFolder(folder).read(defaultProfile));
    if (profile === undefined) return;
    assert.deepEqual(readProfile(new Shape(JSON.parse(JSON.stringify(profile)))), profile);
    // The key goes there.
    const { protocol, hostname } = new URL(addressOf(profile.endpoint));
    assert.ok(protocol === "https:" || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname));
    for (const text of Object.values(profile.identity ?? {})) assertHarmless(text ?? "");
  });
}
