import type { Deps } from "../deps.ts";
import { Cancelled, MistralKeyError } from "../errors.ts";
import { commandFor } from "../hints.ts";
import type { SecretStore } from "../stores/secret-store.ts";
import { explain } from "../verification/explain.ts";
import { printExplanation } from "../verification/print-verdict.ts";
import { verdictOf } from "../verification/verdict.ts";
import { findWayBack, goBack, type WayBack } from "./go-back.ts";
import type { RotationRecord } from "./journal.ts";
import { checkOldKey } from "./old-key.ts";

/**
 * Goes back to the old key, after making sure that it still works.
 *
 * @throws MistralKeyError of kind `rejected` when Mistral refuses the old key, of kind `unreachable`
 *   when nobody is there to decide about an outage; nothing has changed then
 * @throws Cancelled when the person stops
 */
export async function abortRotation(deps: Deps, found: RotationRecord, store: SecretStore): Promise<WayBack> {
  const hands = { journal: deps.journal, profiles: deps.profiles, store };
  const record = deps.journal.takeOver(found);
  const old = await findWayBack(hands, record);
  if (old !== undefined) {
    const line = deps.output.progress("Asking Mistral about the old key");
    const check = await checkOldKey(deps, record, old).finally(() => line.clear());
    const verdict = verdictOf(check);
    const finish = commandFor(record.profile, "rotate --finish");
    if (verdict === "rejected") {
      throw new MistralKeyError(
        "rejected",
        "Mistral does not accept the old key any more, so there is no way back to it.",
        {
          hint: `The new key stays in use. To end the rotation: ${finish}`,
        },
      );
    }
    if (verdict === "unknown") {
      const said = "Whether the old key still works cannot be found out now";
      if (!deps.interactive) {
        throw new MistralKeyError(
          "unreachable",
          `${said}, so nothing was changed. ${explain(check).sentence}`,
          {
            hint: `Try again later. To keep the new key instead: ${finish}`,
          },
        );
      }
      printExplanation(deps.output, check, "warn");
      const prompts = await deps.prompts();
      if (!(await prompts.confirm({ message: `${said}. Go back to it all the same?`, initial: false }))) {
        throw new Cancelled("Stopped. Nothing was changed.");
      }
    }
  }
  return await goBack(hands, record);
}
