import { dirname } from "node:path";
import type { Deps } from "../deps.ts";
import type { ProcessContext } from "../files/process-context.ts";
import { commandFor, ownCommand, runCommand, shellWord } from "../hints.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { showName } from "../outside-text.ts";
import type { Profile } from "../profiles/profile.ts";
import { guessShell } from "../shell/guess-shell.ts";
import { removal } from "../shell/shells.ts";
import { requireStillStored } from "../stores/still-stored.ts";
import { fileOfTarget } from "../targets/tool-files.ts";
import type { Output } from "../terminal/output/output.ts";
import type { FoundInFile, FoundKey } from "./find-keys.ts";
import { shortPath } from "./place-words.ts";
import type { Tool } from "./places.ts";
import { type PlannedChange, planChange } from "./planned-change.ts";

/** Copies to remove: `files` in dotenv and shell files, `all` in other tools' files too, `none` nowhere. */
export type CleanChoice = "files" | "all" | "none";

interface CleanUp {
  readonly found: FoundKey;
  /** Where the key was just seen to be stored; `undefined` for a key that Mistral refuses. */
  readonly kept: Profile | undefined;
  /** `undefined` asks the user; with nobody to ask, nothing is removed. */
  readonly choice: CleanChoice | undefined;
}

/** The outcome for one line that held the key. */
export interface CleanedPlace {
  readonly place: FoundInFile;
  readonly outcome: "removed" | "kept" | "failed";
  readonly reason: string | null;
}

interface Candidate {
  readonly finds: readonly [FoundInFile, ...FoundInFile[]];
  readonly plan: PlannedChange;
  readonly path: string;
}

/**
 * Removes the plaintext copies of a key, with consent, showing each change first.
 *
 * @throws MistralKeyError of kind `usage` if the key is not stored any more; what is left then stays
 */
export async function cleanUp(deps: Deps, request: CleanUp): Promise<readonly CleanedPlace[]> {
  const { found, kept } = request;
  const at = deps.processContext();
  const files = filesOf(request, at);
  const isOfTool = ({ finds: [{ tool }] }: Candidate) => tool !== undefined;
  const cleaned: CleanedPlace[] = [];
  for (const file of [...files.filter((one) => !isOfTool(one)), ...files.filter(isOfTool)]) {
    const wanted = await isWanted(deps, file, request);
    if (wanted && kept !== undefined) await requireKept(deps, kept, found.key);
    cleaned.push(...(await settle(deps, file, wanted)));
  }
  const removed = cleaned.filter(({ outcome }) => outcome === "removed").map(({ place }) => place);
  await explainRest(deps, request, removed, at);
  const left = cleaned.filter(({ outcome }) => outcome === "kept").length;
  if (left > 0) {
    deps.output.warn(
      `${left === 1 ? "1 plaintext copy was" : `${left} plaintext copies were`} left in place. To list what is there:`,
    );
    deps.output.line(deps.output.theme.strong(ownCommand("import --list")), 4);
  }
  explainTargets(deps, request, removed, at);
  return cleaned;
}

/** The copy to be removed may be the last one, if another run has removed the stored key meanwhile. */
async function requireKept(deps: Deps, known: Profile, key: ApiKey): Promise<void> {
  const seen = { profile: known.name, store: await deps.store(known.store), key, known };
  await requireStillStored(
    deps,
    seen,
    `So the copies that are left stay in place; ${ownCommand("import --list")} shows them.`,
  );
}

/** Warns of targets that bring the key back to a cleaned file. */
function explainTargets(
  { output, profiles }: Deps,
  { kept }: CleanUp,
  removed: readonly FoundInFile[],
  at: ProcessContext,
): void {
  if (kept === undefined) return;
  for (const { target } of profiles.read(kept.name)?.targets ?? []) {
    const path = fileOfTarget(target, at);
    if (!removed.some(({ file }) => file.realPath === path)) continue;
    output.warn(`${showName(target)} gets the key again with the next push or rotation. To stop that:`);
    output.line(output.theme.strong(commandFor(kept.name, `push --forget ${shellWord(target)}`)), 4);
  }
}

function filesOf({ found, kept }: CleanUp, at: ProcessContext): readonly Candidate[] {
  const files = new Map<string, [FoundInFile, ...FoundInFile[]]>();
  for (const place of found.places) {
    if (!("file" in place)) continue;
    const others = files.get(place.file.identity);
    if (others === undefined) files.set(place.file.identity, [place]);
    else others.push(place);
  }
  const moved = kept?.store === "file" ? "an encrypted file" : "the keychain";
  const comment = (variable: string): string =>
    kept === undefined
      ? `${variable}: removed, since Mistral refused the key`
      : `${variable}: moved to ${moved}; use: ${runCommand(kept.name, variable)}`;
  return [...files.values()].map((finds) => ({
    finds,
    path: shortPath(finds[0].file.path, at),
    plan: planChange(finds, comment),
  }));
}

/** Shows the change of a file; asks, where nobody has said what to do. */
async function isWanted(deps: Deps, { finds, plan, path }: Candidate, request: CleanUp): Promise<boolean> {
  const { choice, kept } = request;
  const [{ tool, occurrence }] = finds;
  if (choice === "none" || (choice === "files" && tool !== undefined)) return false;
  if (choice === undefined && !deps.interactive) return false;
  // It is only said what to change by hand.
  if (plan.changes.length === 0) return choice === "all" || tool === undefined;
  const { output } = deps;
  output.print();
  output.heading(path);
  for (const { number, before, after } of plan.changes) {
    output.paragraph(`${number} - ${before.trim()}`, 5);
    if (after !== "") output.paragraph(`+ ${after.trim()}`, 7);
  }
  if (tool !== undefined) explainTool(output, tool, kept?.name, occurrence.variable);
  if (choice !== undefined) return true;
  output.print();
  return await (await deps.prompts()).confirm({
    message: `Remove the key from ${tool === undefined ? path : `${tool.name}'s ${path}`}?`,
    initial: tool === undefined,
  });
}

function explainTool(
  output: Output,
  { name, command }: Tool,
  profile: ProfileName | undefined,
  variable: string,
): void {
  if (command === undefined || profile === undefined) {
    output.paragraph(`${name} takes its key from this file; without one, it cannot use Mistral.`, 4);
    return;
  }
  output.paragraph(`${name} reads its key from this file. Once it is removed, start ${name} with:`, 4);
  output.line(output.theme.strong(runCommand(profile, variable, command)), 4);
}

async function settle(
  { output }: Deps,
  { finds, plan, path }: Candidate,
  wanted: boolean,
): Promise<readonly CleanedPlace[]> {
  if (!wanted) return finds.map((place) => ({ place, outcome: "kept", reason: null }));
  const replaced = plan.changes.length === 0 ? undefined : await plan.apply();
  const failure = replaced?.outcome === "untouched" ? replaced.reason : null;
  if (failure !== null) output.warn(`${path} was not changed: ${failure}. The key is still in it.`);
  else if (replaced !== undefined) output.ok(`removed from ${path}`);
  for (const { occurrence, reason } of plan.left) {
    output.warn(`Please change ${path}:${occurrence.line} by hand: ${reason}.`);
  }
  const outcome = failure === null ? "removed" : "failed";
  const isLeft = ({ occurrence }: FoundInFile) =>
    plan.left.some((left) => left.occurrence.start === occurrence.start);
  return [
    ...finds.filter((place) => !isLeft(place)).map((place) => ({ place, outcome, reason: failure }) as const),
    ...plan.left.map(
      ({ occurrence, reason }) =>
        ({ place: { ...finds[0], occurrence }, outcome: "failed", reason }) as const,
    ),
  ];
}

/** Names what removing the key from files does not reach. */
async function explainRest(
  { output, ancestors }: Deps,
  { found, kept }: CleanUp,
  removed: readonly FoundInFile[],
  at: ProcessContext,
): Promise<void> {
  const set = found.places.flatMap((place) => (place.kind === "environment" ? place.variable : []));
  const onWindows = at.platform === "win32";
  const shell = set.length === 0 ? undefined : guessShell({ ...at, ancestors: await ancestors() });
  for (const variable of set) {
    const unset =
      shell === undefined || shell === "other"
        ? "remove it there"
        : `run: ${removal(shell, showName(variable))}`;
    // There PowerShell is only guessed.
    const inCmd = onWindows && shell === "powershell" ? ` (in cmd.exe: set ${showName(variable)}=)` : "";
    output.warn(`${showName(variable)} is still set in this shell: close it, or ${unset}${inCmd}`);
    if (onWindows) {
      // Where setx and the system's own dialog put it. Every shell takes this line.
      output.warn(
        "If new shells have it too, it may be one of your account's variables. To delete it there:",
      );
      const call = `[Environment]::SetEnvironmentVariable('${variable}', '', 'User')`;
      output.line(output.theme.strong(`powershell -Command "${showName(call)}"`), 4);
    }
  }
  if (set.length > 0 && !onWindows && !found.places.some((place) => "file" in place)) {
    output.warn(
      "If new shells have it too, what opens them (tmux, an editor, your desktop session) may have kept it: close that, too. Otherwise a file sets it that import does not know, such as one that a start-up file reads. Remove it there.",
    );
  }
  if (set.length === 0 && removed.some(({ kind }) => kind === "shell")) {
    output.warn("Shells that are already open keep the key until they are closed.");
  }
  const tracked = found.places.flatMap((place) => ("git" in place && place.git === "tracked" ? place : []));
  if (kept !== undefined && tracked.length > 0) {
    // It searches the repository that it is run in; start-up files are often in another one.
    const folders = new Set(tracked.map(({ file }) => shortPath(dirname(file.realPath), at)));
    output.warn(
      `Git keeps versions of a file that held this key. To see whether it is in its history, run this in ${[...folders].join(" and in ")}:`,
    );
    output.line(output.theme.strong(ownCommand("doctor --scan")), 4);
    output.paragraph("If it is, replace it:", 4);
    output.line(output.theme.strong(commandFor(kept.name, "rotate")), 4);
  }
}
