/** The languages of `try --as`. */
export const languages = ["curl", "python", "javascript"] as const;

/** One of {@link languages}. */
export type Language = (typeof languages)[number];
