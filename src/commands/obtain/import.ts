import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { Cancelled, MistralKeyError } from "../../errors.ts";
import { codeOfDiagnosis, type ExitCode, exitCodes } from "../../exit-codes.ts";
import { commandFor, ownCommand } from "../../hints.ts";
import { parseExpiry } from "../../keys/expiry.ts";
import { captureDocument, exitCodeOfStored, printWhatNext } from "../../onboarding/closing.ts";
import type { CleanChoice } from "../../plaintext/clean-up.ts";
import { type Discovery, findKeys } from "../../plaintext/find-keys.ts";
import { type ImportedKey, type ImportRequest, importKeys } from "../../plaintext/import-keys.ts";
import { discoveryDocument, placeDocument, printKeys } from "../../plaintext/list-keys.ts";
import { whereOf } from "../../plaintext/place-words.ts";
import { readSettings } from "../../settings.ts";
import { quietly } from "../../terminal/absence.ts";
import type { Output } from "../../terminal/output/output.ts";
import { printExplanation } from "../../verification/print-verdict.ts";
import { verificationDocument } from "../../verification/verification-document.ts";
import { worstExitCode } from "../../verification/verify-every-profile.ts";

type Asked = ImportRequest & { readonly json: boolean };

/** Finds keys in plaintext, stores them, and removes their copies. */
export async function importKey({ flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const expires = flags.value("expires");
  const request: Asked = {
    ...readSettings(flags, deps),
    expiresAt: expires === undefined ? undefined : parseExpiry(expires, deps.now()),
    check: flags.on("check"),
    replace: flags.on("yes"),
    named: flags.value("profile") !== undefined || Boolean(deps.env.MISTRAL_KEY_PROFILE),
    pick: { from: flags.value("from"), mask: flags.value("key") },
    clean: flags.value("clean") as CleanChoice | undefined,
  };
  if (flags.on("list")) return list(deps, await findKeys(deps.processContext()), request.json);
  if (!flags.on("web")) return await quietly(deps, () => findAndImport(deps, request));
  const { onPage } = await import("../../web/on-page.ts");
  return await onPage(deps, (page) => quietly(page, () => findAndImport(page, request)));
}

async function findAndImport(deps: Deps, request: Asked): Promise<ExitCode> {
  const { json, pick } = request;
  const discovery = await findKeys(deps.processContext());
  printKeys(deps.output, discovery, deps);
  if (discovery.found.length === 0 && !pick.from && !pick.mask) return nothingFound(deps, request);
  deps.output.print();
  const imported = await importKeys(deps, discovery.found, request).catch((error: unknown) => {
    if (!(error instanceof Cancelled) || error.hint !== undefined) throw error;
    const hint = `To continue: ${commandFor(request.profile, "import")}`;
    throw new Cancelled("Stopped; nothing more was stored.", { hint });
  });
  report(deps.output, imported);
  const stored = imported.find((one) => one.outcome === "stored");
  if (stored !== undefined) tellOfRest(deps, discovery, imported);
  if (!json && stored !== undefined) {
    printWhatNext(deps, stored);
    const { offerPlaces } = await import("../../targets/offer-places.ts");
    const removed = imported.flatMap(({ cleaned }) => cleaned.filter(({ outcome }) => outcome === "removed"));
    await offerPlaces(deps, stored.profile, stored.key, new Set(removed.map(({ place }) => place.kind)));
  }
  if (json) {
    const documents = imported.map((one) => documentOf(one, request, deps.now()));
    deps.output.json(documents.length === 1 ? documents[0] : { keys: documents });
  }
  return worstExitCode(imported.map(exitCodeOfImported));
}

function list(deps: Deps, discovery: Discovery, json: boolean): ExitCode {
  if (json) deps.output.json(discoveryDocument(discovery, deps.profiles));
  else {
    printKeys(deps.output.answers, discovery, deps);
    if (discovery.found.length > 0) deps.output.next(`To store or remove them: ${ownCommand("import")}`);
  }
  return exitCodes.done;
}

function nothingFound({ output, profiles }: Deps, { profile, json }: Asked): ExitCode {
  if (profiles.read(profile) === undefined) {
    throw new MistralKeyError("no-key", "There is no key to import.", {
      hint: `Get one and store it: ${commandFor(profile, "init")}`,
    });
  }
  if (json) output.json({ profile, stored: true, places: [] });
  return exitCodes.done;
}

/** Prints the outcome, unless the flow has done so. */
function report(output: Output, imported: readonly ImportedKey[]): void {
  for (const one of imported) {
    if (one.outcome === "kept") output.paragraph("The stored key was not changed.");
    if (one.outcome !== "refused" || one.cleaned.length > 0) continue;
    printExplanation(output, one.check);
    output.paragraph("The key was not stored, and its copies were left as they are.");
  }
}

/** Names the keys that stay where they are, and may still be used from there. */
function tellOfRest(deps: Deps, { found }: Discovery, imported: readonly ImportedKey[]): void {
  const at = deps.processContext();
  const rest = found.filter(({ key }) => !imported.some((one) => one.found.key.equals(key)));
  for (const { key, places } of rest) {
    // Without the line, which may be another one by now.
    const where = new Set(places.map((place) => whereOf(place, at).replace(/:\d+$/, "")));
    deps.output.warn(`${key.mask} is still in ${[...where].join(", ")}, where programs may read it.`);
  }
  if (rest.length > 0) deps.output.next(`To store or remove more: ${ownCommand("import")}`);
}

function documentOf(one: ImportedKey, request: ImportRequest, now: Date): object {
  const { found, cleaned } = one;
  const places = cleaned.map(({ place, outcome, reason }) => ({
    ...placeDocument(place),
    state: outcome,
    reason,
  }));
  switch (one.outcome) {
    case "kept":
      return { profile: one.profile, stored: false, places };
    case "already": {
      const { name: profile, store } = one.profile;
      return { profile, key: found.key.mask, store, stored: true, places };
    }
    case "stored":
      return { ...captureDocument(one, request, now), places };
    case "refused": {
      const { profile, expiresAt } = request;
      const refused = { profile, key: found.key, store: null, expiresAt, check: one.check, now };
      return { ...verificationDocument(refused), stored: false, places };
    }
  }
}

function exitCodeOfImported(one: ImportedKey): ExitCode {
  const code =
    one.outcome === "stored"
      ? exitCodeOfStored(one)
      : one.outcome === "refused" && one.cleaned.length === 0
        ? codeOfDiagnosis[one.check.diagnosis]
        : exitCodes.done;
  if (code !== exitCodes.done) return code;
  // A copy that could not be removed is left to do.
  return one.cleaned.some(({ outcome }) => outcome === "failed") ? exitCodes.unfinished : exitCodes.done;
}
