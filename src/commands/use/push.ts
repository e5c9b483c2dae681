import { resolve } from "node:path";
import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { MistralKeyError } from "../../errors.ts";
import { type ExitCode, exitCodes } from "../../exit-codes.ts";
import { commandFor, shellWord } from "../../hints.ts";
import { showName } from "../../outside-text.ts";
import { describeChoice } from "../../profiles/choose-profile.ts";
import { parseTarget, readTarget } from "../../profiles/target-reference.ts";
import { readSettings, type Settings } from "../../settings.ts";
import { forgetTarget, pushKey, tryPush } from "../../targets/push-key.ts";

/** Delivers the stored key to targets, and remembers them. */
export async function push({ args, flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const settings = readSettings(flags, deps);
  const forgotten = flags.value("forget");
  // Two deliveries to one place would run its program twice.
  const targets = [...new Set(args.map((text) => absoluteTarget(text, deps)))];
  if (targets.length > 0 && (forgotten !== undefined || flags.on("list"))) {
    throw forgotten === undefined
      ? new MistralKeyError("usage", "--list takes no target.", { hint: "Leave it out: all are listed." })
      : new MistralKeyError("usage", "--forget takes one target.", {
          hint: "Run the command once for each target.",
        });
  }
  if (flags.on("list")) return list(settings, deps);
  // Also one that parseTarget refuses by now: an earlier version may have taken it.
  if (forgotten !== undefined)
    return await forget(settings, absoluteTarget(forgotten, deps, readTarget(forgotten)), deps);
  if (settings.choice.rule !== "flag" && deps.profiles.list().length > 1)
    deps.output.bullet(describeChoice(settings.choice));
  if (flags.on("dryRun")) return print(settings, await tryPush(deps, { ...settings, targets }), deps, "plan");
  const reports = await pushKey(deps, { ...settings, targets });
  return print(settings, reports, deps, "done");
}

/** Makes paths absolute, so that a later delivery from another folder reaches the same target. */
function absoluteTarget(text: string, deps: Deps, reference = parseTarget(text)): string {
  switch (reference.kind) {
    case "dotenv":
      return `dotenv:${resolve(deps.processContext().cwd, reference.path)}`;
    case "vercel":
      return `vercel:${reference.environment}#${resolve(deps.processContext().cwd, reference.folder ?? "")}`;
    default:
      return text;
  }
}

function print(
  { profile, json }: Settings,
  reports: Awaited<ReturnType<typeof tryPush>>,
  deps: Deps,
  what: "plan" | "done",
): ExitCode {
  const failed = reports.filter(({ ok }) => !ok).map(({ target }) => shellWord(target));
  if (json) deps.output.json({ profile, targets: reports });
  else if (what === "plan") for (const { ok, message } of reports) deps.output[ok ? "ok" : "warn"](message);
  if (failed.length === 0) return exitCodes.done;
  if (what === "done") {
    deps.output.next(`To try again: ${commandFor(profile, ["push", ...failed].join(" "))}`);
  }
  return exitCodes.unfinished;
}

function list({ profile, json }: Settings, { profiles, output }: Deps): ExitCode {
  const targets = profiles.read(profile)?.targets ?? [];
  if (json) output.json({ profile, targets });
  else if (targets.length > 0) for (const { target } of targets) output.answer(`${showName(target)}\n`);
  else {
    output.paragraph(`Profile "${profile}" has no target yet.`);
    output.next(`To name one: ${commandFor(profile, "push dotenv:.env")}`);
  }
  return exitCodes.done;
}

async function forget(settings: Settings, named: string, deps: Deps): Promise<ExitCode> {
  const { target, ok, message } = await forgetTarget(deps, settings, named);
  if (settings.json) deps.output.json({ profile: settings.profile, target, forgotten: true, ok, message });
  else if (ok) deps.output.ok(`${showName(target)} gets no key any more. ${message}`);
  else deps.output.warn(message);
  return ok ? exitCodes.done : exitCodes.unfinished;
}
