import type { Edit } from "./occurrence.ts";

/** Where a piece of a text starts and ends. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Takes members out of `{…}` or `[…]` with the commas that belong to them, leaving the spaces and
 * line breaks of the members that stay. Answers `undefined` when something else, a comment say,
 * stands between the members and would be lost.
 *
 * @param members - all members, in order
 * @param inside - what lies between the brackets
 * @param gone - the indices of the members to take out
 */
export function cutMembers(
  text: string,
  members: readonly Span[],
  inside: Span,
  gone: ReadonlySet<number>,
): readonly Edit[] | undefined {
  const edits: Edit[] = [];
  for (let first = 0; first < members.length; first += 1) {
    if (!gone.has(first)) continue;
    let last = first;
    while (gone.has(last + 1)) last += 1;
    const run = { start: members[first]?.start ?? 0, end: members[last]?.end ?? 0 };
    const before = members[first - 1];
    const after = members[last + 1];
    const cut =
      after !== undefined
        ? { start: run.start, end: after.start }
        : before !== undefined
          ? { start: before.end, end: run.end }
          : inside;
    const removed = members.filter(({ start }) => start >= cut.start && start < cut.end);
    let rest = "";
    let position = cut.start;
    for (const member of removed) {
      rest += text.slice(position, member.start);
      position = member.end;
    }
    rest += text.slice(position, Math.max(position, cut.end));
    if (!/^[\s,]*$/.test(rest)) return undefined;
    edits.push({ ...cut, text: "" });
    first = last;
  }
  return edits;
}

/** Names and indices that lead from the top of a document to a part of it. */
export type MemberPath = readonly (string | number)[];

/** Takes the parts at these paths, given in the order of the document, out of a document. */
export function removeAll(document: unknown, paths: readonly MemberPath[]): void {
  // From the end, so that the indices of a list still count.
  for (const path of [...paths].reverse()) {
    const last = path.at(-1);
    const parent = path.slice(0, -1).reduce<unknown>((at, segment) => membersOf(at)?.[segment], document);
    const members = membersOf(parent);
    if (Array.isArray(parent) && typeof last === "number") parent.splice(last, 1);
    else if (members !== undefined && last !== undefined) delete members[last];
  }
}

function membersOf(value: unknown): Record<string | number, unknown> | undefined {
  return typeof value === "object" && value !== null
    ? (value as Record<string | number, unknown>)
    : undefined;
}
