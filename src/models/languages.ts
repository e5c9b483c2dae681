/** What `try --as` can write a call in. */
export const languages = ["curl", "python", "javascript"] as const;

/** One of {@link languages}. */
export type Language = (typeof languages)[number];
