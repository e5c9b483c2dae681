import type { KeyCheck } from "../mistral/mistral-api.ts";
import { endOf } from "../profiles/key-end.ts";
import { abilitiesOf, joined, type Profile, storeNameOf } from "../profiles/profile.ts";
import type { KeyValueRow, Output } from "../terminal/output/output.ts";
import { explain } from "./explain.ts";

/** A stored key, and what Mistral says of it. */
export interface CardedKey {
  readonly profile: Profile;
  /** `undefined` when no test call was made. */
  readonly check: KeyCheck | undefined;
  readonly now: Date;
}

/** Prints the card of a key: whose it is, where it is kept, when it expires, what it may call. */
export function printKeyCard(output: Output, carded: CardedKey): void {
  output.print();
  output.card({ title: carded.profile.key, rows: rowsOf(carded) });
}

function rowsOf({ profile, check, now }: CardedKey): readonly KeyValueRow[] {
  const { identity } = profile;
  const key = [identity?.keyName, identity?.workspace && `in workspace ${identity.workspace}`];
  const account = [identity?.email, identity?.organization];
  return [
    { label: "Key", value: joined(key) },
    { label: "Account", value: joined(account) },
    { label: "Kept in", value: `${storeNameOf(profile)}, as profile ${profile.name}` },
    { label: "Expires", value: endOf(profile, now) },
    { label: "Checked", value: check?.diagnosis === "valid" ? "" : uncheckedFor(check) },
    { label: "May call", value: check?.authentication.ok ? abilitiesOf(profile) : "" },
  ].filter(({ value }) => value !== "");
}

function uncheckedFor(check: KeyCheck | undefined): string {
  if (check === undefined) return "not yet";
  return `${check.authentication.ok ? "not fully" : "not yet"}: ${explain(check).sentence}`;
}
