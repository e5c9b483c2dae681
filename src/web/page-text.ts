/** What the page is made of. */
export interface PageText {
  readonly markup: string;
  readonly style: string;
  readonly script: string;
}

/** Empty in the source: `scripts/bundle.mjs` puts here what it makes of the files in `page/`. */
export const pageText: PageText = { markup: "", style: "", script: "" };
