import type { ProcessContext } from "../files/process-context.ts";
import { commandFor } from "../hints.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { shortPath } from "../plaintext/place-words.ts";
import type { Output } from "../terminal/output/output.ts";
import type { Leak, LeakPlace } from "./leak.ts";
import type { WantedKey } from "./leak-pattern.ts";
import type { LeakScan } from "./scan-for-leaks.ts";

/** The `doctor --scan --json` document. Stable interface; contains no key. */
export function leakDocument({ leaks, searched, gaps }: LeakScan) {
  return {
    ok: leaks.length === 0 && gaps.length === 0,
    leaks: leaks.map(({ wanted, encoding, place }) => ({
      profile: wanted.profile,
      key: wanted.mask,
      kind: place.kind,
      // `null` in a message, and for an object that no commit reaches.
      path: place.path ?? null,
      line: place.line,
      commit: place.kind === "history" && place.commit !== undefined ? shortened(place.commit) : null,
      object: place.kind === "history" ? place.object.id : null,
      encoding,
    })),
    searched,
    notes: gaps,
  };
}

/** How many places are listed for a key; the rest is counted. */
const listed = 20;

/** Prints a scan's report, one paragraph per key found. */
export function printLeaks(output: Output, scan: LeakScan, at: Pick<ProcessContext, "home">): void {
  const { leaks, searched, gaps, keys, inRepository } = scan;
  for (const wanted of wantedIn(leaks)) {
    const group = leaks.filter(
      (leak) => leak.wanted.profile === wanted.profile && leak.wanted.mask === wanted.mask,
    );
    output.fail(`The key ${wanted.mask} of profile ${wanted.profile} was found in plaintext:`);
    const places = [...new Set(group.map((leak) => describe(leak, at)))];
    for (const place of places.slice(0, listed)) output.paragraph(place, 4);
    if (places.length > listed) output.paragraph(`and ${places.length - listed} more`, 4);
    for (const advice of adviceFor(wanted.profile, group)) output.next(advice);
    output.print();
  }
  if (leaks.length === 0 && searched.length > 0) {
    const subject = keys === 1 ? "Your key is not in" : `None of your ${keys} keys is in`;
    const last = searched.slice(-2).join(" or ");
    output.ok(`${subject} ${[...searched.slice(0, -2), last].join(", ")}.`);
  }
  if (keys === 0 && gaps.length === 0) output.ok("No key is known here, so there is none to look for.");
  if (keys > 0 && !inRepository) output.paragraph("This folder is in no git repository.");
  if (gaps.length === 0) return;
  output.warn("Not everything was searched, so a key may still be there:");
  for (const gap of gaps) output.bullet(gap);
}

/** The keys that were found; one that two profiles share once for each. */
function wantedIn(leaks: readonly Leak[]): Iterable<WantedKey> {
  return new Map(leaks.map(({ wanted }) => [`${wanted.profile} ${wanted.mask}`, wanted])).values();
}

const besides = {
  file: "",
  "git-file": "",
  staged: ", staged",
  "shell-history": ", what you typed",
} as const;

function describe({ place, encoding }: Leak, at: Pick<ProcessContext, "home">): string {
  const form = encoding === "plain" ? "" : ` (as ${encoding})`;
  const path = place.path === undefined ? undefined : `${shortPath(place.path, at)}:${place.line}`;
  if (place.kind !== "history") return `${path}${besides[place.kind]}${form}`;
  const { object, commit } = place;
  // No commit reaches it, but `git show` shows it.
  if (commit === undefined) return `the ${object.type} ${shortened(object.id)} of git${form}`;
  return path === undefined
    ? `the message of commit ${shortened(commit)}${form}`
    : `${path}, in git since commit ${shortened(commit)}${form}`;
}

function shortened(id: string): string {
  return id.slice(0, 10);
}

function adviceFor(profile: ProfileName, leaks: readonly Leak[]): readonly string[] {
  const has = (kind: LeakPlace["kind"]) => leaks.some(({ place }) => place.kind === kind);
  const rotate = commandFor(profile, "rotate");
  const advice: string[] = [];
  if (has("history")) {
    advice.push(
      `Whoever has a copy of this repository may have the key. Make a new one and delete this one: ${rotate}`,
      "After that the history does no harm; removing the key from it is optional.",
    );
    if (leaks.every(({ place }) => place.kind !== "history" || place.commit === undefined))
      advice.push(
        "No commit was found that has it. If it was staged only, and never pushed, no other copy has it; to delete it from this one: git gc --prune=now",
      );
  }
  if (has("staged")) advice.push("Do not commit this. Remove the key from the file, then: git add FILE");
  const files = leaks.filter(({ place }) => place.kind === "file");
  if (files.length > 0) {
    // Of a repository's files, `import` knows only the dotenv files.
    const isDotenv = files.every(({ place }) => /^\.env[^/]*$/.test(place.path ?? ""));
    const command = isDotenv ? `: ${commandFor(profile, "import")}` : ".";
    advice.push(`Remove the key before it is committed${command}`);
  }
  if (has("git-file"))
    advice.push("Remove the key from git's own file; the address of a remote works without it.");
  if (has("shell-history")) advice.push("Delete these lines from the history.");
  return has("history") ? advice : [...advice, `If anyone else may have seen it, make a new one: ${rotate}`];
}
