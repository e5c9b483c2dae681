import { stripVTControlCharacters } from "node:util";
import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { MistralKeyError } from "../../errors.ts";
import { type ExitCode, exitCodes } from "../../exit-codes.ts";
import type { Surroundings } from "../../files/surroundings.ts";
import { commandFor } from "../../hints.ts";
import { parseExpiry } from "../../keys/expiry.ts";
import type { CleanChoice } from "../../plaintext/clean-up.ts";
import { type Discovery, findKeys } from "../../plaintext/find-keys.ts";
import { discoveryDocument, renderKeys } from "../../plaintext/list-keys.ts";
import { pickKey } from "../../plaintext/pick-key.ts";
import { readVibeEntry } from "../../plaintext/vibe-keychain.ts";
import { readSettings } from "../../settings.ts";
import type { ImportOptions } from "./import-store.ts";

/** Finds keys that lie in plaintext, stores one, and takes its copies out. */
export async function importKey({ flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const settings = readSettings(flags, deps);
  const expires = flags.value("expires");
  const options: ImportOptions = {
    ...settings,
    expiresAt: expires === undefined ? undefined : parseExpiry(expires, deps.now()),
    verify: !flags.off("verify"),
    browser: !flags.off("browser") && deps.opensPages,
    replace: flags.on("yes"),
    named: flags.value("profile") !== undefined || Boolean(deps.env.MISTRAL_KEY_PROFILE),
    pick: { from: flags.value("from"), mask: flags.value("key") },
    clean: flags.value("clean") as CleanChoice | undefined,
  };
  const at = deps.surroundings();
  const listOnly = flags.on("list");
  const discovery = await discover(deps, at, { mayAsk: deps.interactive && !listOnly });
  if (listOnly && options.json) {
    deps.output.json(discoveryDocument(discovery, deps.profiles));
    return exitCodes.done;
  }
  const report = renderKeys(deps, discovery, at);
  if (listOnly) {
    deps.output.answer(`${deps.stdoutIsTerminal ? report : stripVTControlCharacters(report)}\n`);
    return exitCodes.done;
  }
  deps.output.print(report);
  if (discovery.found.length === 0) return nothingFound(deps, options);
  deps.output.print();
  const found = await pickKey(deps, discovery.found, options.pick, at);
  const { storeAndClean } = await import("./import-store.ts");
  return await storeAndClean(deps, found, options, at);
}

async function discover(
  deps: Deps,
  at: Surroundings,
  { mayAsk }: { readonly mayAsk: boolean },
): Promise<Discovery> {
  const agree = async () =>
    (await deps.prompts()).confirm({
      message: "Mistral Vibe keeps a key in the keychain. Look at it? macOS will ask you to allow that.",
      initial: false,
    });
  return await findKeys(at, () => readVibeEntry(at, { signal: deps.signal, ...(mayAsk ? { agree } : {}) }));
}

function nothingFound({ output, profiles }: Deps, { json, profile }: ImportOptions): ExitCode {
  if (profiles.read(profile) === undefined) {
    throw new MistralKeyError("no-key", "There is no key to import.", {
      hint: `Get one and store it: ${commandFor(profile, "init")}`,
    });
  }
  if (json) output.json({ profile, stored: true, places: [] });
  return exitCodes.done;
}
