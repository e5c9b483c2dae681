import type { KeyCheck } from "../mistral/mistral-api.ts";
import { endOf } from "../profiles/key-end.ts";
import { abilitiesOf, type Profile } from "../profiles/profile.ts";
import type { KeyValueRow, Output } from "../terminal/output/output.ts";
import { explain } from "./explain.ts";

/** A stored key, and what Mistral says of it. */
export interface CardedKey {
  readonly profile: Profile;
  /** The store's display name. */
  readonly storeName: string;
  /** `undefined` when no test call was made. */
  readonly check: KeyCheck | undefined;
  readonly now: Date;
}

/** Prints the card of a key: whose it is, where it is kept, when it expires, what it may call. */
export function printKeyCard(output: Output, carded: CardedKey): void {
  output.print();
  output.card({ title: carded.profile.key, rows: rowsOf(carded) });
}

function rowsOf({ profile, storeName, check, now }: CardedKey): readonly KeyValueRow[] {
  const { identity } = profile;
  const key = [identity?.keyName, identity?.workspace && `in workspace ${identity.workspace}`];
  const account = [identity?.email, identity?.organization];
  return [
    { label: "Key", value: joined(key) },
    { label: "Account", value: joined(account) },
    { label: "Kept in", value: `${storeName}, as profile ${profile.name}` },
    { label: "Expires", value: endOf(profile, now) },
    { label: "Checked", value: check?.diagnosis === "valid" ? "" : uncheckedFor(check) },
    { label: "May call", value: check?.authentication.ok ? abilitiesOf(profile) : "" },
  ].filter(({ value }) => value !== "");
}

function uncheckedFor(check: KeyCheck | undefined): string {
  if (check === undefined) return "not yet";
  return `${check.authentication.ok ? "not fully" : "not yet"}: ${explain(check).sentence}`;
}

function joined(parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part !== null && part !== undefined && part !== "").join(", ");
}
