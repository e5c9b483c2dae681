/** What an assessment means, for people. */
export interface Explanation {
  /** One sentence: what happened. */
  readonly sentence: string;
  /** Other known facts, a sentence each. */
  readonly facts?: readonly string[];
  /** Possible causes, the likeliest first. */
  readonly causes?: readonly string[];
  /** The next action, as a sentence. */
  readonly hint?: string;
  /** Commands of this program worth trying next, without its name and the profile: `rotate`. */
  readonly next?: readonly { readonly command: string; readonly does: string }[];
}

/** Formats the sentence and facts in one line, and the causes in a line each. */
export function inLines({ sentence, facts = [], causes = [] }: Explanation): string {
  const guess =
    causes.length === 0 ? [] : [causes.length === 1 ? "This may be why:" : "One of these may be why:"];
  return [[sentence, ...facts, ...guess].join(" "), ...causes].join("\n");
}
