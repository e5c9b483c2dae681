import { again, keep, stop } from "../capture/settle-key.ts";
import type { Deps } from "../deps.ts";
import { Cancelled } from "../errors.ts";
import type { KeyCheck } from "../mistral/mistral-api.ts";
import type { Choice } from "../terminal/prompts/prompts.ts";
import { printExplanation } from "../verification/print-verdict.ts";
import { verdictOf } from "../verification/verdict.ts";

/** What to do with a found key whose verdict is not `usable`. */
type Option = "keep" | "again" | "another" | "remove" | "stop";

const another: Choice<Option> = { value: "another", name: "Another one", description: "of the keys above" };
const removeCopy: Choice<Option> = {
  value: "remove",
  name: "Just remove this copy",
  description: "each change is shown first",
};

/**
 * Prints Mistral's answer and asks what to do with the key. Does not offer to paste again or wait: that
 * cannot help a found key.
 *
 * @param hasOthers - whether there are other keys to choose from
 * @throws Cancelled when the user stops
 */
export async function decideAbout(
  { output, prompts }: Deps,
  check: KeyCheck,
  hasOthers: boolean,
): Promise<Exclude<Option, "stop">> {
  printExplanation(output, check);
  const choices = choicesFor(check).filter(({ value }) => hasOthers || value !== "another");
  const decision = await (await prompts()).choose<Option>({ message: "What now?", choices });
  if (decision === "stop") throw new Cancelled("Stopped. The key was not stored.");
  return decision;
}

function choicesFor(check: KeyCheck): readonly Choice<Option>[] {
  switch (verdictOf(check)) {
    case "limited":
      return [keep("Store it anyway", "check it later, with verify"), again, another, stop];
    case "unknown":
      return [again, keep("Store it unverified", "check it later, with verify"), another, stop];
    default:
      if (check.diagnosis === "invalid-key") return [another, removeCopy, stop];
      if (check.diagnosis === "wrong-product" && check.product === "vibe") {
        return [another, keep("Store it anyway", "for Mistral Vibe only"), stop];
      }
      return [another, stop];
  }
}
