import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import type { CheckContext } from "../../doctor/check.ts";
import { probeNetwork } from "../../doctor/network-probe.ts";
import { doctorDocument, printReport } from "../../doctor/report.ts";
import { checks, exitCodeOfChecks, runChecks } from "../../doctor/run-checks.ts";
import { Cancelled, MistralKeyError } from "../../errors.ts";
import type { ExitCode } from "../../exit-codes.ts";
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
export async function doctor({ args, flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  if (flags.on("scan")) return await (await import("./doctor-scan.ts")).scanMachine({ args, flags }, deps);
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
