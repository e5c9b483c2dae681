import { join } from "node:path";
import type { Deps } from "../deps.ts";
import { Cancelled, expected } from "../errors.ts";
import { findProgram } from "../files/find-program.ts";
import { orAtHome, type ProcessContext } from "../files/process-context.ts";
import { readTextFile } from "../files/text-file.ts";
import { commandFor } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { shortPath } from "../plaintext/place-words.ts";
import type { Profile } from "../profiles/profile.ts";
import { kindOfTarget } from "../profiles/target-reference.ts";
import { standardVariable } from "../running/environment.ts";
import { readVariable } from "../shell/dotenv/set-variable.ts";
import type { Choice } from "../terminal/prompts/prompts.ts";
import { pushKey, targetsOfOthers, wouldDo } from "./push-key.ts";
import { keyThere } from "./target.ts";
import { toolsSetUp } from "./tools.ts";

/**
 * Offers to deliver a newly stored key to places on this machine: dotenv files in the current folder that
 * have the variable, and tools that are set up. Enter skips it. Chosen places are remembered.
 *
 * @param except - kinds of targets not to offer, since a key was just removed there
 * @throws Cancelled when the user stops; the key is stored by then
 */
export async function offerPlaces(
  deps: Deps,
  { name }: Profile,
  key: ApiKey,
  except: ReadonlySet<string> = new Set(),
): Promise<void> {
  if (!deps.interactive || deps.journal.read(name) !== undefined) return;
  const remembered = new Set(deps.profiles.read(name)?.targets.map(({ target }) => target));
  const ofOthers = targetsOfOthers(deps, name);
  const isNew = ({ value }: { readonly value: string }) =>
    !remembered.has(value) && ofOthers(value) === undefined && !except.has(kindOfTarget(value));
  let offered = (await findPlaces(deps, name, key)).filter(isNew);
  if (offered.length === 0) return;
  deps.output.print();
  deps.output.paragraph("These places on this machine could get the key too, now and after every rotation.");
  while (offered.length > 0) {
    const no = { value: undefined, name: remembered.size > 0 ? "That is all" : "No" };
    const target = await (await deps.prompts())
      .choose<string | undefined>({
        message: "Deliver it to one of them?",
        choices: [no, ...offered],
      })
      .catch((error: unknown) => {
        if (!(error instanceof Cancelled)) throw error;
        const hint = `To deliver it later: ${commandFor(name, "push TARGET")}`;
        throw new Cancelled("Stopped. Your key is stored.", { hint });
      });
    if (target === undefined) return;
    remembered.add(target);
    offered = offered.filter(isNew);
    await pushKey(deps, { profile: name, targets: [target] }).catch((error: unknown) =>
      deps.output.warn(expected(error).inOneLine),
    );
  }
}

/** Leaves out places that cannot be read or delivered to. */
async function findPlaces(
  deps: Deps,
  profile: Profile["name"],
  key: ApiKey,
): Promise<readonly Choice<string>[]> {
  const at = orAtHome(deps.processContext());
  const hasAider = findProgram("aider", at) !== undefined;
  const tools = toolsSetUp(at).filter(({ name }) => name !== "aider" || hasAider);
  const places: readonly Choice<string>[] = [
    ...(await dotenvFilesHere(at)).map((path) => ({
      value: `dotenv:${path}`,
      name: shortPath(path, at),
    })),
    ...tools.map(({ name, title }) => ({ value: name, name: title })),
  ];
  const choices = places.map(async (place) => {
    try {
      const target = await deps.openTarget(place.value, profile);
      await target.check();
      return [{ ...place, description: wouldDo[await keyThere(target, key)] }];
    } catch (error) {
      expected(error);
      return [];
    }
  });
  return (await Promise.all(choices)).flat();
}

async function dotenvFilesHere({ cwd }: ProcessContext): Promise<readonly string[]> {
  const files: string[] = [];
  for (const path of [join(cwd, ".env"), join(cwd, ".env.local")]) {
    const reading = await readTextFile(path);
    if (reading.state !== "read") continue;
    if (readVariable(reading.file.text, standardVariable).length > 0) files.push(path);
  }
  return files;
}
