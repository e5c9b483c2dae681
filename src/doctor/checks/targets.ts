import { exitCodes } from "../../exit-codes.ts";
import { commandFor } from "../../hints.ts";
import type { ApiKey } from "../../keys/api-key.ts";
import { showName } from "../../outside-text.ts";
import { type TargetReference, targetText } from "../../profiles/target-reference.ts";
import { reporting } from "../../targets/deliver-everywhere.ts";
import type { KeyThere } from "../../targets/target.ts";
import { type Check, type CheckContext, count } from "../check.ts";

/** Places whose programs ask a service. */
const online: readonly TargetReference["kind"][] = ["github", "kubernetes", "aws", "vercel", "command"];

/** Whether the places that the key is delivered to have it, as far as it can be read there. */
export const targetsCheck: Check = {
  id: "targets",
  title: "Delivered to",
  limitMs: 60_000,
  run: async (context) => {
    const { known, profile, network } = context;
    const all = (known?.targets ?? []).map(({ target }) => target);
    if (all.length === 0)
      return { state: "ok", message: "Nowhere; push delivers the key to where it is used." };
    const inspected = await context.inspection();
    if (inspected.state !== "found")
      return { state: "skipped", message: "There was no key to compare with." };
    const { key } = inspected;
    const looked = all.filter(({ kind }) => network !== undefined || !online.includes(kind));
    const seen = await Promise.all(looked.map((target) => lookAt(context, target, key)));
    const sentences = [
      ...sentence(seen, "same", "has", "have", "the key"),
      ...sentence(seen, "another", "still has", "still have", "another key"),
      ...sentence(seen, "none", "has", "have", "no key any more"),
      ...sentence(seen, "unreadable", "does", "do", "not show which key is there"),
      ...seen.flatMap(({ failure }) => failure ?? []),
      ...(looked.length < all.length
        ? [`${count(all.length - looked.length, "place")} not looked at (--offline).`]
        : []),
    ];
    const message = sentences.join(" ");
    const hint = `To deliver it again: ${commandFor(profile, "push")}`;
    if (seen.some(({ there }) => there === "another" || there === "none")) {
      return { state: "fail", code: exitCodes.unfinished, message, hint };
    }
    return { state: seen.some(({ failure }) => failure !== undefined) ? "warn" : "ok", message };
  },
};

interface Seen {
  readonly target: string;
  readonly there?: KeyThere;
  readonly failure?: string;
}

async function lookAt({ deps, profile }: CheckContext, target: TargetReference, key: ApiKey): Promise<Seen> {
  const text = showName(targetText(target));
  let there: KeyThere = "unreadable";
  const { ok, message } = await reporting(text, async () => {
    there = await (await deps.openTarget(target, profile)).readBack(key);
    return { ok: true, message: "" };
  });
  return ok ? { target: text, there } : { target: text, failure: `${text}: ${message}` };
}

function sentence(
  seen: readonly Seen[],
  state: KeyThere,
  one: string,
  several: string,
  rest: string,
): readonly string[] {
  const names = seen.filter(({ there }) => there === state).map(({ target }) => target);
  if (names.length === 0) return [];
  const list = new Intl.ListFormat("en", { type: "conjunction" }).format(names);
  return [`${list} ${names.length === 1 ? one : several} ${rest}.`];
}
