import type { KeyCheck } from "../mistral/mistral-api.ts";
import { endOf } from "../profiles/key-end.ts";
import { abilitiesOf, joined, type Profile, storeNameOf } from "../profiles/profile.ts";
import type { Output } from "../terminal/output/output.ts";
import { explain } from "./explain.ts";

/**
 * Prints the card of a stored key: whose it is, where it is kept, when it expires, what it may call.
 *
 * @param check - `undefined` when no test call was made
 */
export function printKeyCard(output: Output, profile: Profile, check: KeyCheck | undefined, now: Date): void {
  const { identity } = profile;
  const key = [identity?.keyName, identity?.workspace && `in workspace ${identity.workspace}`];
  const account = [identity?.email, identity?.organization];
  const rows = [
    { label: "Key", value: joined(key) },
    { label: "Account", value: joined(account) },
    { label: "Kept in", value: `${storeNameOf(profile)}, as profile ${profile.name}` },
    { label: "Expires", value: endOf(profile, now) },
    { label: "Checked", value: check?.diagnosis === "valid" ? "" : uncheckedFor(check) },
    { label: "May call", value: check?.authentication.ok ? abilitiesOf(profile) : "" },
  ].filter(({ value }) => value !== "");
  output.print();
  output.card({ title: profile.key, rows });
}

function uncheckedFor(check: KeyCheck | undefined): string {
  if (check === undefined) return "not yet";
  return `${check.authentication.ok ? "not fully" : "not yet"}: ${explain(check).sentence}`;
}
