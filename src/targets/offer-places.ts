import { join } from "node:path";
import { parseEnv } from "node:util";
import type { Deps } from "../deps.ts";
import { Cancelled, MistralKeyError } from "../errors.ts";
import { findProgram } from "../files/find-program.ts";
import { orAtHome, type ProcessContext } from "../files/process-context.ts";
import { readTextFile } from "../files/text-file.ts";
import type { ApiKey } from "../keys/api-key.ts";
import { shortPath } from "../plaintext/place-words.ts";
import type { Profile } from "../profiles/profile.ts";
import { type TargetReference, targetText } from "../profiles/target-reference.ts";
import { standardVariable } from "../running/environment.ts";
import { pushKey } from "./push-key.ts";
import { type KeyThere, keyThere } from "./target.ts";
import { toolsSetUp } from "./tools.ts";

/** A place on this machine that could be delivered to. */
interface Offered {
  readonly target: TargetReference;
  readonly words: string;
  readonly there: KeyThere;
}

const wordsFor: Readonly<Record<KeyThere, string>> = {
  same: "has this key; would get the next one too",
  another: "has another key, which would be replaced",
  none: "has no key",
  unreadable: "which key it has cannot be read",
};

/** Dotenv files that are looked into, in the current folder. */
const dotenvNames = [".env", ".env.local"];

/**
 * Offers to deliver a key that was just stored to the places found on this machine: dotenv files here
 * that have the variable, and tools that are set up. Enter passes it over. What is chosen is remembered.
 *
 * @throws Cancelled when the person stops; the key is stored by then
 */
export async function offerPlaces(deps: Deps, { name }: Profile, key: ApiKey): Promise<void> {
  if (!deps.interactive || deps.journal.read(name) !== undefined) return;
  const remembered = new Set(deps.profiles.read(name)?.targets.map(({ target }) => targetText(target)));
  let offered = (await findPlaces(deps, name, key)).filter(
    ({ target }) => !remembered.has(targetText(target)),
  );
  if (offered.length === 0) return;
  deps.output.print();
  deps.output.paragraph("These places on this machine could get the key too, now and after every rotation.");
  while (offered.length > 0) {
    const chosen = await choose(deps, offered, remembered.size > 0);
    if (chosen === undefined) return;
    offered = offered.filter((one) => one !== chosen);
    remembered.add(targetText(chosen.target));
    await deliver(deps, name, chosen.target);
  }
}

async function choose(
  deps: Deps,
  offered: readonly Offered[],
  hasSome: boolean,
): Promise<Offered | undefined> {
  try {
    return await (await deps.prompts()).choose<Offered | undefined>({
      message: "Deliver it to one of them?",
      choices: [
        { value: undefined, name: hasSome ? "That is all" : "No" },
        ...offered.map((one) => ({ value: one, name: one.words, description: wordsFor[one.there] })),
      ],
    });
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    throw new Cancelled("Stopped. Your key is stored.");
  }
}

async function deliver(deps: Deps, profile: Profile["name"], target: TargetReference): Promise<void> {
  try {
    await pushKey(deps, { profile, targets: [target] });
  } catch (error) {
    if (!(error instanceof MistralKeyError) || error instanceof Cancelled) throw error;
    deps.output.warn([error.message, error.hint ?? ""].join(" ").trim());
  }
}

/** What cannot be delivered to, or not be looked at, is not offered. */
async function findPlaces(deps: Deps, profile: Profile["name"], key: ApiKey): Promise<readonly Offered[]> {
  const at = orAtHome(deps.processContext());
  const hasAider = findProgram("aider", at) !== undefined;
  const tools = toolsSetUp(at).filter(({ name }) => name !== "aider" || hasAider);
  const candidates = [
    ...(await dotenvFilesHere(at)),
    ...tools.map(({ name, title }) => ({ target: { kind: name }, words: title })),
  ];
  const places = await Promise.all(
    candidates.map(async (candidate): Promise<readonly Offered[]> => {
      try {
        const target = await deps.openTarget(candidate.target, profile);
        await target.check();
        return [{ ...candidate, there: await keyThere(target, key) }];
      } catch (error) {
        if (!(error instanceof MistralKeyError) || error instanceof Cancelled) throw error;
        return [];
      }
    }),
  );
  return places.flat();
}

async function dotenvFilesHere(at: ProcessContext): Promise<readonly Pick<Offered, "target" | "words">[]> {
  const paths = dotenvNames.map((name) => join(at.cwd, name));
  const readings = await Promise.all(paths.map((path) => readTextFile(path)));
  return paths.flatMap((path, index) => {
    const reading = readings[index];
    if (reading?.state !== "read") return [];
    const names = parseEnv(reading.file.bytes.toString("utf8"));
    if (!Object.hasOwn(names, standardVariable)) return [];
    return [{ target: { kind: "dotenv" as const, path }, words: shortPath(path, at) }];
  });
}
