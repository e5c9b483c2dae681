import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { MistralKeyError } from "../../errors.ts";
import { commandFor } from "../../hints.ts";
import { daysLeft, parseExpiry } from "../../keys/expiry.ts";
import { withChoice } from "../../profiles/choose-profile.ts";
import { endOf } from "../../profiles/key-end.ts";
import { readSettings } from "../../settings.ts";

/** Saves when the stored key expires. Asks neither Mistral nor the store. */
export async function expires({ args, flags }: CommandInput, deps: Deps): Promise<undefined> {
  const { profile: name, choice, json } = readSettings(flags, deps);
  const text = args.join(" ");
  const now = deps.now();
  const expiresAt =
    text.trim().toLowerCase() === "unknown" ? undefined : parseExpiry(text, now, "as never or as unknown");
  const known = deps.profiles.read(name);
  if (known === undefined) {
    const error = new MistralKeyError("no-key", `Nothing is known about a key of profile "${name}".`, {
      hint: `If one is stored, check it first: ${commandFor(name, "verify")}\nTo get one and store it: ${commandFor(name, "init")}`,
    });
    throw withChoice(error, choice);
  }
  const profile = { ...known, expiresAt };
  deps.profiles.write(profile);
  if (json) {
    const left = typeof expiresAt === "string" ? daysLeft(expiresAt, now) : null;
    deps.output.json({ profile: name, key: known.key, expiresAt: expiresAt ?? null, daysLeft: left });
  } else deps.output.ok(`${known.key} of profile "${name}" expires: ${endOf(profile, now)}.`);
}
