import type { Deps } from "../deps.ts";
import { MistralKeyError } from "../errors.ts";
import { dayAfter, dayOf, daysBetween, type Expiry } from "../keys/expiry.ts";
import { adminKeysPage } from "../mistral/console-pages.ts";
import type { ListedKey, Profile } from "../profiles/profile.ts";
import { findIssuedKey, type WantedKey } from "./find-issued-key.ts";
import type { CreatedKey, IssuedKey, KeyIssuer } from "./key-issuer.ts";

/** Whose successor is wanted. */
export interface SuccessorRequest {
  readonly wanted: WantedKey;
  /** What is known of the key here. */
  readonly profile: Profile | undefined;
  /** The last day of the new key; `undefined` gives it as long a life as the old one had. */
  readonly expiresAt: Expiry | undefined;
}

/** A key that was made to follow another one. */
export interface Successor {
  readonly created: CreatedKey;
  readonly name: string | null;
  readonly expiresAt: Expiry;
  /** What Mistral's list says of the new key. */
  readonly listed: ListedKey;
}

type Making = Pick<Deps, "output" | "now" | "profiles">;

/**
 * Makes a key like the one that Mistral lists: for the same workspace and user, with the same name.
 * What the list says of the old key is noted on the way.
 *
 * @throws MistralKeyError that says why there is no new key, of the kinds of {@link KeyIssuer} and
 *   `usage`. Where one may have been made all the same, its rows are named.
 */
export async function makeSuccessor(
  deps: Making,
  issuer: KeyIssuer,
  request: SuccessorRequest,
): Promise<Successor> {
  const row = await findIssuedKey(issuer, request.wanted);
  noteListed(deps, request.profile, row);
  const { name, workspaceId, userId, product } = row;
  if (workspaceId === null || userId === null) {
    throw new MistralKeyError(
      "unusable",
      "The Admin API does not say which workspace and user the key belongs to, so it cannot make another one like it.",
    );
  }
  if (product !== null && /vibe|code/i.test(product)) {
    throw new MistralKeyError("usage", `The key is one for ${product}, which the Admin API does not make.`);
  }
  const before = await namesakes(issuer, row);
  sayUnused(deps, before, row);
  const expiresAt =
    request.expiresAt === undefined ? sameLifeOf(row, request, deps.now()) : request.expiresAt;
  const created = await issuer
    .create({ name, workspaceId, userId, expiresAt })
    .catch(async (error: unknown) => {
      throw await withLeftRows(error, issuer, row, before);
    });
  const end = created.expiresAt === undefined ? expiresAt : created.expiresAt;
  return {
    created,
    name,
    expiresAt: end,
    listed: listedOf({ ...row, expiresAt: end, lastUsedAt: null }, deps.now()),
  };
}

/** What a row says that a profile keeps. */
function listedOf({ expiresAt, lastUsedAt, workspaceName }: IssuedKey, now: Date): ListedKey {
  return {
    ...(expiresAt === undefined ? {} : { expiresAt }),
    lastUsedAt,
    workspace: workspaceName,
    seenAt: now.toISOString(),
  };
}

/** Writes down what a row says of a stored key: its last day counts more than the one that was entered. */
export function noteListed(
  { profiles, now }: Pick<Deps, "profiles" | "now">,
  profile: Profile | undefined,
  row: IssuedKey,
): void {
  if (profile === undefined) return;
  const end = row.expiresAt === undefined ? {} : { expiresAt: row.expiresAt };
  profiles.write({ ...profile, ...end, listed: listedOf(row, now()) });
}

function sameLifeOf({ expiresAt, createdAt }: IssuedKey, { profile }: SuccessorRequest, now: Date): Expiry {
  const end = expiresAt === undefined ? profile?.expiresAt : expiresAt;
  const start = createdAt ?? (profile === undefined ? undefined : dayOf(new Date(profile.createdAt)));
  if (end === undefined || end === null || start === undefined) return null;
  return dayAfter(Math.max(1, daysBetween(start, end)), now);
}

async function namesakes(issuer: KeyIssuer, { name, workspaceId }: IssuedKey): Promise<readonly IssuedKey[]> {
  if (name === null) return [];
  const rows = await issuer.list(name);
  return rows.filter((one) => one.name === name && one.workspaceId === workspaceId);
}

/** A rotation that was killed between the making of a key and its storing leaves such a row. */
function sayUnused({ output }: Making, rows: readonly IssuedKey[], { keyId }: IssuedKey): void {
  const unused = rows.filter((one) => one.keyId !== keyId && one.lastUsedAt === null);
  if (unused.length === 0) return;
  output.warn(
    `Mistral lists ${describe(unused)} with the same name, never used. If a rotation that was cut off has left it, delete it: ${adminKeysPage}`,
  );
}

/** Says which rows have come since, when it is not known whether a key was made. */
async function withLeftRows(
  error: unknown,
  issuer: KeyIssuer,
  row: IssuedKey,
  before: readonly IssuedKey[],
): Promise<unknown> {
  if (!(error instanceof MistralKeyError) || error.kind !== "unreachable") return error;
  const come = await namesakes(issuer, row).then(
    (rows) => rows.filter(({ keyId }) => before.every((one) => one.keyId !== keyId)),
    () => undefined,
  );
  if (row.name !== null && come?.length === 0) return error;
  const left =
    come === undefined || row.name === null
      ? `A key${row.name === null ? "" : ` called "${row.name}"`} may have been made all the same, which nobody has`
      : `A key was made all the same, which nobody has: ${describe(come)}`;
  return new MistralKeyError("unreachable", `${error.message} ${left}.`, {
    cause: error,
    hint: `Delete it, if it is there: ${adminKeysPage}${error.hint === undefined ? "" : `\n${error.hint}`}`,
  });
}

function describe(rows: readonly IssuedKey[]): string {
  const shown = rows.map(({ hiddenKey, name }) => `${hiddenKey}${name === null ? "" : ` (${name})`}`);
  return shown.join(", ");
}
