import { codeOfDiagnosis } from "../exit-codes.ts";
import { NewerVersion, type Shape, ShapeError } from "../files/shape.ts";
import type { Expiry } from "../keys/expiry.ts";
import type { Fingerprint } from "../keys/fingerprint.ts";
import { parseProfileName } from "../keys/profile-name.ts";
import { type Endpoint, parseServerUrl, type Region } from "../mistral/endpoint.ts";
import type { Identity } from "../mistral/mistral-api.ts";
import { cleanText } from "../outside-text.ts";
import type { StoreKind } from "../stores/secret-store.ts";
import type { Abilities, ListedKey, Profile } from "./profile.ts";

const stores: Record<StoreKind, true> = { keychain: true, file: true, memory: true };
const regions: Record<Region, true> = { global: true, eu: true, us: true };

/**
 * Parses a profile document of version 1 or 2. Version 1 has targets as strings, without `since`.
 *
 * @throws ShapeError if it is invalid
 */
export function readProfile(shape: Shape): Profile {
  const version = readVersion(shape, 1, 2);
  return {
    version: 2,
    name: readName(shape.text("name")),
    key: shape.text("key"),
    fingerprint: readFingerprint(shape.object("fingerprint")),
    store: shape.oneOf("store", stores),
    storeName: shape.has("storeName") ? cleanText(shape.text("storeName")) : undefined,
    endpoint: readEndpoint(shape.object("endpoint")),
    identity: readIdentity(shape.objectOrNull("identity")),
    createdAt: shape.moment("createdAt"),
    expiresAt: readExpiry(shape),
    lastVerifiedAt: shape.momentOrNull("lastVerifiedAt"),
    lastDiagnosis:
      shape.textOrNull("lastDiagnosis") === null ? null : shape.oneOf("lastDiagnosis", codeOfDiagnosis),
    lastAcceptedAt: shape.momentOrNull("lastAcceptedAt"),
    mayCall: shape.has("mayCall") ? readAbilities(shape.object("mayCall")) : undefined,
    adminKey: shape.has("adminKey") ? cleanText(shape.text("adminKey")) : undefined,
    listed: shape.has("listed") ? readListed(shape.object("listed")) : undefined,
    targets:
      version === 1
        ? shape.texts("targets").map((target) => ({ target, since: null }))
        : shape.objects("targets").map((known) => ({
            target: known.text("target"),
            since: known.momentOrNull("since"),
          })),
  };
}

/**
 * Reads a document's version.
 *
 * @param known - the supported versions
 * @throws NewerVersion for any other
 */
export function readVersion<Version extends number>(shape: Shape, ...known: readonly Version[]): Version {
  const version = shape.number("version");
  const found = known.find((one) => one === version);
  if (found === undefined) throw new NewerVersion();
  return found;
}

/** Reads the fingerprint of a key. */
export function readFingerprint(shape: Shape): Fingerprint {
  const fingerprint = { salt: shape.text("salt"), hash: shape.text("hash") };
  if (!/^(?:[0-9a-f]{2})+$/.test(fingerprint.salt)) throw new ShapeError(`"salt" is not hexadecimal`);
  if (!/^[0-9a-f]{64}$/.test(fingerprint.hash)) throw new ShapeError(`"hash" is not hexadecimal`);
  return fingerprint;
}

/** Reads the name of a profile. */
export function readName(text: string): Profile["name"] {
  try {
    return parseProfileName(text);
  } catch {
    throw new ShapeError(`"name" is not the name of a profile`);
  }
}

function readAbilities(shape: Shape): Abilities {
  return {
    models: shape.number("models"),
    requestsPerMinute: shape.has("requestsPerMinute") ? shape.number("requestsPerMinute") : undefined,
  };
}

function readListed(shape: Shape): ListedKey {
  return {
    expiresAt: readExpiry(shape),
    lastUsedAt: shape.momentOrNull("lastUsedAt"),
    workspace: readForeignName(shape, "workspace"),
    seenAt: shape.moment("seenAt"),
  };
}

function readExpiry(shape: Shape): Expiry | undefined {
  if (!shape.has("expiresAt")) return undefined;
  const day = shape.momentOrNull("expiresAt");
  if (day !== null && !/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new ShapeError(`"expiresAt" is not a day`);
  return day;
}

function readEndpoint(shape: Shape): Endpoint {
  const region = shape.oneOf("region", regions);
  if (!shape.has("serverUrl")) return { region };
  try {
    // The key is sent to this address, so it must pass the flag's checks.
    return { region, serverUrl: parseServerUrl(shape.text("serverUrl")) };
  } catch (error) {
    if (error instanceof ShapeError) throw error;
    throw new ShapeError(`"serverUrl" is not an address that can be used with a key`);
  }
}

function readIdentity(shape: Shape | null): Identity | null {
  return (
    shape && {
      email: readForeignName(shape, "email"),
      workspace: readForeignName(shape, "workspace"),
      organization: readForeignName(shape, "organization"),
      keyName: readForeignName(shape, "keyName"),
    }
  );
}

/** It came from a server, and whoever can write the file can put anything there. */
function readForeignName(shape: Shape, name: string): string | null {
  const text = shape.textOrNull(name);
  return text === null ? null : cleanText(text);
}
