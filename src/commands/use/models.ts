import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { codeOfDiagnosis, type ExitCode, exitCodes } from "../../exit-codes.ts";
import { capabilities, type Model } from "../../mistral/mistral-api.ts";
import { readCallableKey } from "../../models/call-key.ts";
import { foldAliases } from "../../models/model-list.ts";
import { printModels } from "../../models/print-models.ts";
import { readSettings } from "../../settings.ts";
import { printFailedCall } from "../../verification/print-verdict.ts";
import { hintFor } from "../../verification/verification-document.ts";

/** Lists the models that the stored key may call. */
export async function models({ flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const settings = readSettings(flags, deps);
  const asked = flags.values("can");
  const wanted = Object.values(capabilities).filter((capability) => asked.includes(capability));
  const { profile, json } = settings;
  const { output } = deps;
  const { key, api, options } = await readCallableKey(deps, settings);
  const asking = output.progress("Asking Mistral for its models");
  const result = await api.listModels(key, options).finally(() => asking.clear());
  if (!result.ok) {
    const { assessed } = result;
    if (json) {
      const { diagnosis } = assessed;
      output.json({ profile, ok: false, diagnosis, models: null, hint: hintFor(profile, assessed) });
    } else printFailedCall(output, profile, assessed);
    return codeOfDiagnosis[assessed.diagnosis];
  }
  const canAll = ({ capabilities }: Model) => wanted.every((one) => capabilities.includes(one));
  const found = foldAliases(result.value).filter(canAll);
  if (json) output.json({ profile, ok: true, diagnosis: "valid", models: found, hint: null });
  else printModels(output.answers, found, { wanted, now: deps.now() });
  return exitCodes.done;
}
