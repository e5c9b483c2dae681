/** The parts of the page. */
export interface PageText {
  readonly markup: string;
  readonly style: string;
  readonly script: string;
}

/** Empty in the source: `scripts/bundle.mjs` inserts the built files of `page/`. */
export const pageText: PageText = { markup: "", style: "", script: "" };
