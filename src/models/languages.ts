/** The languages of `try --as`. */
export const languages = ["curl", "python", "javascript"] as const;

export type Language = (typeof languages)[number];
