import type { Surroundings } from "../files/surroundings.ts";
import { commandFor } from "../hints.ts";
import { shortPath } from "../plaintext/place-words.ts";
import { hang } from "../terminal/output/layout.ts";
import type { Output } from "../terminal/output/output.ts";
import type { Leak, LeakPlace } from "./leak.ts";
import type { Encoding } from "./leak-pattern.ts";
import type { LeakScan } from "./scan-for-leaks.ts";

/** What `doctor --scan --json` prints. Stable surface; holds no key. */
export interface LeakDocument {
  /** Whether nothing was found. */
  readonly ok: boolean;
  readonly leaks: readonly {
    readonly profile: string;
    readonly key: string;
    readonly kind: LeakPlace["kind"];
    /** `null` in the message of a commit. */
    readonly path: string | null;
    readonly line: number;
    /** The commit that brought it into the history. */
    readonly commit: string | null;
    readonly encoding: Encoding;
  }[];
  readonly searched: readonly string[];
  /** What was not searched and why. */
  readonly notes: readonly string[];
}

/** The JSON document of a scan. */
export function leakDocument({ leaks, searched, notes }: LeakScan): LeakDocument {
  return {
    ok: leaks.length === 0,
    leaks: leaks.map(({ wanted, encoding, place }) => ({
      profile: wanted.profile,
      key: wanted.mask,
      kind: place.kind,
      path: place.path ?? null,
      line: place.line,
      commit: place.kind === "history" ? (place.commit ?? null) : null,
      encoding,
    })),
    searched,
    notes,
  };
}

/** Places of one kind that are listed; the rest is counted. */
const listed = 20;

/** The report of a scan for people, a paragraph for each key that was found. */
export function renderLeaks(
  scan: LeakScan,
  { theme, columns }: Pick<Output, "theme" | "columns">,
  at: Pick<Surroundings, "home">,
): string {
  const width = Math.min(columns, 80);
  const lines: string[] = [];
  for (const leaks of byKey(scan.leaks)) {
    const [{ wanted }] = leaks;
    const found = `The key ${wanted.mask} of profile ${wanted.profile} is written down in plaintext:`;
    lines.push(hang(`${theme.symbol.fail} `, theme.strong(found), width));
    const places = [...new Set(leaks.map((leak) => describe(leak, at)))];
    lines.push(...places.slice(0, listed).map((place) => `    ${place}`));
    if (places.length > listed) lines.push(`    and ${places.length - listed} more`);
    for (const advice of adviceFor(leaks)) lines.push(hang(`  ${theme.symbol.next} `, advice, width));
    lines.push("");
  }
  if (scan.leaks.length === 0 && scan.searched.length > 0) {
    const keys = scan.keys === 1 ? "Your key is" : `None of your ${scan.keys} keys is`;
    const not = scan.keys === 1 ? "not " : "";
    lines.push(hang(`${theme.symbol.ok} `, `${keys} ${not}in ${scan.searched.join(", ")}.`, width));
  }
  if (scan.keys === 0) lines.push(`${theme.symbol.ok} No key is stored, so there is none to look for.`);
  for (const note of scan.notes) lines.push(hang(`${theme.symbol.warn} `, note, width));
  return lines.join("\n").trimEnd();
}

function byKey(leaks: readonly Leak[]): readonly (readonly [Leak, ...Leak[]])[] {
  const groups = new Map<string, [Leak, ...Leak[]]>();
  for (const leak of leaks) {
    const name = `${leak.wanted.profile} ${leak.wanted.mask}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [leak]);
    else group.push(leak);
  }
  return [...groups.values()];
}

function describe({ place, encoding }: Leak, at: Pick<Surroundings, "home">): string {
  const form = encoding === "plain" ? "" : ` (as ${encoding})`;
  const path = place.path === undefined ? "" : `${shortPath(place.path, at)}:${place.line}`;
  switch (place.kind) {
    case "file":
      return `${path}${form}`;
    case "staged":
      return `${path}, staged${form}`;
    case "shell-history":
      return `${path}, what you typed${form}`;
    case "history": {
      const commit = place.commit === undefined ? "" : ` ${place.commit}`;
      return path === ""
        ? `the message of commit${commit}${form}`
        : `${path}, in git since commit${commit}${form}`;
    }
  }
}

function adviceFor(leaks: readonly [Leak, ...Leak[]]): readonly string[] {
  const [{ wanted }] = leaks;
  const has = (kind: LeakPlace["kind"]) => leaks.some(({ place }) => place.kind === kind);
  const rotate = commandFor(wanted.profile, "rotate");
  if (has("history")) {
    return [
      `Whoever has a copy of this repository has the key. Make a new one and delete this one: ${rotate}`,
      "Then the history does no harm any more; taking the key out of it is optional.",
    ];
  }
  const advice: string[] = [];
  if (has("staged")) advice.push("Do not commit this. Take the key out of the file, then: git add FILE");
  if (has("file")) advice.push("Take the key out before it is committed: mistral-key import");
  if (has("shell-history")) advice.push("Delete these lines from the shell's history.");
  return [...advice, `If somebody else may have seen it, make a new one: ${rotate}`];
}
