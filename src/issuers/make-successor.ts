import type { Deps } from "../deps.ts";
import { joinHints, MistralKeyError, withSentence } from "../errors.ts";
import { dayAfter, dayOf, daysBetween, type Expiry } from "../keys/expiry.ts";
import { furtherPages } from "../mistral/console-pages.ts";
import { latestOf } from "../profiles/known-key.ts";
import type { ListedKey, Profile } from "../profiles/profile.ts";
import type { AdminApi } from "./admin-api.ts";
import { findIssuedKey, type WantedKey } from "./find-issued-key.ts";
import type { CreatedKey, IssuedKey } from "./issued-key.ts";

const keyList = furtherPages.organizationKeys;

interface SuccessorRequest {
  readonly wanted: WantedKey;
  readonly profile: Profile | undefined;
  /** The new key's last day; `undefined` gives it the old key's lifetime. */
  readonly expiresAt: Expiry | undefined;
}

/** The key made to replace another. */
export interface Successor {
  readonly created: CreatedKey;
  readonly name: string | null;
  readonly listed: ListedKey;
}

/**
 * Creates a key like the one that Mistral lists: same workspace, user and name. Saves the old key's row.
 *
 * @throws MistralKeyError that says why there is no new key, of the kinds of {@link AdminApi} and `usage`;
 *   it says so if a key may have been made anyway
 */
export async function makeSuccessor(
  deps: Deps,
  issuer: AdminApi,
  { wanted, profile, expiresAt: asked }: SuccessorRequest,
): Promise<Successor> {
  const row = await findIssuedKey(issuer, wanted);
  noteListed(deps, profile, row);
  const { name, workspaceId, product } = row;
  if (product !== null && /vibe|code/i.test(product)) {
    throw new MistralKeyError(
      "usage",
      `This is a key for ${product}, and the Admin API has no way to ask for one of those.`,
    );
  }
  if (workspaceId === null) throw unsaid("workspace");
  const userId = await findOwner(issuer, profile, row);
  const before = await namesakes(issuer, row);
  // A rotation that was cut off between creating and storing a key leaves such a row, as any new key does.
  const stored = deps.profiles.list().map((one) => ("profile" in one ? one.profile.key.slice(-4) : ""));
  const unused = before.filter(
    ({ keyId, lastUsedAt, hiddenKey }) =>
      keyId !== row.keyId && lastUsedAt === null && !stored.includes(hiddenKey.slice(-4)),
  );
  if (unused.length > 0) {
    const keys = unused.map(({ hiddenKey }) => hiddenKey).join(", ");
    deps.output.warn(
      `Mistral lists ${keys} with the same name and without a last use. Delete only what an interrupted rotation has left behind: ${keyList}`,
    );
  }
  const wish = asked === undefined ? sameLifeOf(row, profile, deps.now()) : asked;
  // Ctrl-C ends the program without waiting for a slow answer.
  const tell = () =>
    deps.output.warn(`${mayBeThere(name)}. Unless it is said to be kept, delete it: ${keyList}`);
  deps.signal.addEventListener("abort", tell);
  const created = await issuer
    .create({ name, workspaceId, userId, expiresAt: wish })
    .catch((error: unknown) => {
      throw mayBeMade(error, name);
    })
    .finally(() => deps.signal.removeEventListener("abort", tell));
  // Such a key is in use, by this profile or elsewhere: it must not be deleted again as one that was just made.
  if (created.key.mask === wanted.mask || [row, ...before].some(({ keyId }) => keyId === created.keyId)) {
    throw new MistralKeyError(
      "unusable",
      `The Admin API answered with a key that was there before, ${created.key.mask}, instead of a new one.`,
      { hint: `See what is there: ${keyList}` },
    );
  }
  const { expiresAt } = created;
  return { created, name, listed: listedOf({ ...row, expiresAt, lastUsedAt: null }, deps.now()) };
}

/**
 * Returns the key's user. The list only names the creator, which may be an Admin API key, so the owner in the
 * profile comes first.
 */
async function findOwner(
  issuer: AdminApi,
  profile: Profile | undefined,
  { createdBy }: IssuedKey,
): Promise<string> {
  const emails = [profile?.identity?.email, createdBy].filter((one) => one?.includes("@") === true);
  for (const email of new Set(emails)) {
    const userId = await issuer.findUser(email ?? "");
    if (userId !== undefined) return userId;
  }
  throw unsaid("user");
}

function unsaid(what: string): MistralKeyError {
  return new MistralKeyError(
    "unusable",
    `The Admin API does not say which ${what} the key belongs to, so it cannot make another one like it.`,
  );
}

function listedOf({ expiresAt, lastUsedAt, workspaceName }: IssuedKey, now: Date): ListedKey {
  return { expiresAt, lastUsedAt, workspace: workspaceName, seenAt: now.toISOString() };
}

/** Saves a stored key's row in its profile; its last day overrides the one that was entered. */
export function noteListed({ profiles, now }: Deps, profile: Profile | undefined, row: IssuedKey): void {
  const latest = profile && latestOf(profiles, profile);
  if (latest === undefined) return;
  const listed = listedOf(row, now());
  const { expiresAt = latest.expiresAt } = listed;
  profiles.write({ ...latest, expiresAt, listed });
}

function sameLifeOf({ expiresAt, createdAt }: IssuedKey, profile: Profile | undefined, now: Date): Expiry {
  const end = expiresAt === undefined ? profile?.expiresAt : expiresAt;
  const start = createdAt ?? (profile === undefined ? undefined : dayOf(new Date(profile.createdAt)));
  if (end === undefined || end === null || start === undefined) return null;
  return dayAfter(Math.max(1, daysBetween(start, end)), now);
}

async function namesakes(issuer: AdminApi, { name, workspaceId }: IssuedKey): Promise<readonly IssuedKey[]> {
  if (name === null) return [];
  const rows = await issuer.list(name);
  return rows.filter((one) => one.name === name && one.workspaceId === workspaceId);
}

function mayBeThere(name: string | null): string {
  return `A key${name === null ? "" : ` called "${name}"`} may have been made anyway`;
}

/** An answer that got lost says nothing about the key. */
function mayBeMade(error: unknown, name: string | null): unknown {
  if (!(error instanceof MistralKeyError) || error.kind !== "unreachable") return error;
  const hint = joinHints(`Delete it, if it is there: ${keyList}`, error.hint);
  return withSentence(error, `${mayBeThere(name)}, and nobody has it.`, { hint });
}
