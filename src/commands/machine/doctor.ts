import type { CommandInput } from "../../cli/command-types.ts";
import type { Flags } from "../../cli/flags.ts";
import type { Deps } from "../../deps.ts";
import type { CheckContext } from "../../doctor/check.ts";
import { probeNetwork } from "../../doctor/checks/network.ts";
import { doctorDocument, printReport } from "../../doctor/report.ts";
import { checks, exitCodeOfChecks, runChecks } from "../../doctor/run-checks.ts";
import { Cancelled, MistralKeyError } from "../../errors.ts";
import { type ExitCode, exitCodes } from "../../exit-codes.ts";
import { orAtHome } from "../../files/process-context.ts";
import { ownCommand } from "../../hints.ts";
import { addressOf } from "../../mistral/endpoint.ts";
import { endpointFor, storeFor } from "../../profiles/profile.ts";
import { programFolder } from "../../profiles/program-folder.ts";
import { readSettings, type Settings } from "../../settings.ts";

/**
 * Checks the machine and the key. Exits with the code of the first check that fails, 0 if none does. Changes
 * nothing, asks nothing, shows no key.
 */
export async function doctor({ flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  if (flags.on("scan")) return await scan(flags, deps);
  if (flags.on("staged")) {
    const hint = `For example: ${ownCommand("doctor --scan --staged")}`;
    throw new MistralKeyError("usage", "--staged needs --scan.", { hint });
  }
  const settings = readSettings(flags, deps);
  const progress = deps.output.progress("Checking this machine");
  const context = await createContext(settings, flags.on("offline"), deps);
  const finished = await runChecks(checks, context).finally(() => progress.clear());
  if (deps.signal.aborted) throw new Cancelled();
  if (settings.json) deps.output.json(doctorDocument(finished));
  else printReport(deps.output.answers, finished);
  return exitCodeOfChecks(finished);
}

/**
 * Searches for the stored keys where others may read them. Exits with 9 if one is found, or if something could
 * not be searched.
 */
async function scan(flags: Flags, deps: Deps): Promise<ExitCode> {
  const [{ scanForLeaks }, { leakDocument, printLeaks }] = await Promise.all([
    import("../../leaks/scan-for-leaks.ts"),
    import("../../leaks/leak-report.ts"),
  ]);
  const progress = deps.output.progress("Looking for your keys");
  const found = await scanForLeaks(deps, { staged: flags.on("staged") }).finally(() => progress.clear());
  if (flags.on("json")) deps.output.json(leakDocument(found));
  else printLeaks(deps.output.answers, found, deps.processContext());
  return found.leaks.length === 0 && found.gaps.length === 0 ? exitCodes.done : exitCodes.unfinished;
}

async function createContext(settings: Settings, offline: boolean, deps: Deps): Promise<CheckContext> {
  const { profile, choice } = settings;
  // An unreadable profile fails its own check and must not stop the others.
  const row = deps.profiles.list().find(({ name }) => name === profile);
  const known = row !== undefined && "profile" in row ? row.profile : undefined;
  const endpoint = endpointFor(settings, known);
  const store = await deps.store(storeFor(settings, known));
  const processContext = orAtHome(deps.processContext());
  return {
    deps,
    profile,
    choice,
    known,
    store,
    endpoint,
    folder: await programFolder(deps.env),
    processContext,
    inspection: once(() => store.inspect({ profile, slot: "current" })),
    plaintext: once(async () => {
      // The readers of formats are large, and a scan needs none.
      const { findKeys } = await import("../../plaintext/find-keys.ts");
      return await findKeys(processContext);
    }),
    network: offline ? undefined : once(() => probeNetwork(addressOf(endpoint), deps)),
  };
}

function once<Value>(work: () => Promise<Value>): () => Promise<Value> {
  let begun: Promise<Value> | undefined;
  return () => {
    begun ??= work();
    return begun;
  };
}
