import { stripVTControlCharacters } from "node:util";
import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import type { Patient } from "../../doctor/check.ts";
import { checks } from "../../doctor/checks.ts";
import { examine, exitCodeOf } from "../../doctor/examine.ts";
import { type NetworkProbe, probeNetwork } from "../../doctor/network-probe.ts";
import { doctorDocument, renderReport } from "../../doctor/report.ts";
import { Cancelled, MistralKeyError } from "../../errors.ts";
import type { ExitCode } from "../../exit-codes.ts";
import { addressOf } from "../../mistral/endpoint.ts";
import { endpointFor, storeFor } from "../../profiles/profile.ts";
import { programFolder } from "../../profiles/program-folder.ts";
import { readSettings, type Settings } from "../../settings.ts";

/**
 * Checks the machine. Exits with the code of the first check that fails, 0 when none does. Changes
 * nothing, asks nobody, and shows no key.
 */
export async function doctor(
  { args, flags }: CommandInput,
  deps: Deps,
  nodeVersion: string = process.version,
): Promise<ExitCode> {
  if (flags.on("scan")) return await (await import("./doctor-scan.ts")).scanMachine({ args, flags }, deps);
  if (flags.on("staged")) throw new MistralKeyError("usage", "--staged goes with --scan.");
  const settings = readSettings(flags, deps);
  const progress = deps.output.progress("Looking at this machine");
  const examined = await examine(checks, await patientOf(settings, flags.on("offline"), deps, nodeVersion));
  progress.clear();
  if (deps.signal.aborted) throw new Cancelled();
  if (settings.json) {
    deps.output.json(doctorDocument(examined));
  } else {
    const report = renderReport(examined, deps.output);
    deps.output.answer(`${deps.stdoutIsTerminal ? report : stripVTControlCharacters(report)}\n`);
  }
  return exitCodeOf(examined);
}

async function patientOf(
  settings: Settings,
  offline: boolean,
  deps: Deps,
  nodeVersion: string,
): Promise<Patient> {
  // A profile that cannot be read is a finding of its own check, not the end of the others.
  const row = deps.profiles.list().find(({ name }) => name === settings.profile);
  const known = row !== undefined && "profile" in row ? row.profile : undefined;
  const endpoint = endpointFor(settings, known);
  let probe: Promise<NetworkProbe> | undefined;
  const network = () => {
    probe ??= probeNetwork(addressOf(endpoint), deps);
    return probe;
  };
  return {
    deps,
    profile: settings.profile,
    known,
    storeKind: storeFor(settings, known),
    endpoint,
    folder: await programFolder(deps.env),
    surroundings: deps.surroundings(),
    nodeVersion,
    network: offline ? undefined : network,
  };
}
