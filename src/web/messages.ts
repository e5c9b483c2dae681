import type { Picture, StepHeading } from "../terminal/output/output.ts";

/** What makes a part of a text stand out; the page decides how that looks. */
export type StyleName = "accent" | "strong" | "faint" | "caution" | "link" | "meter";

/** A text with styled parts. The text of a `meter` is its share, from 0 to 1. */
export type Styled = readonly (string | { readonly style: StyleName; readonly parts: Styled })[];

/** A label and what belongs to it. */
export interface StyledRow {
  readonly label: Styled;
  readonly value: Styled;
}

/** Verbs of `Output` that say one text. */
export type Verb = "ok" | "warn" | "fail" | "next" | "bullet" | "paragraph" | "heading" | "line";

/** The first day that may be chosen, and the one to begin at, as `YYYY-MM-DD`. */
interface Day {
  readonly first: string;
  readonly initial: string;
}

/** What a question is answered with. */
export type QuestionForm =
  | {
      readonly form: "choose";
      readonly choices: readonly { readonly name: Styled; readonly description: Styled }[];
      /** The number of the choice to begin at. */
      readonly initial: number;
    }
  | { readonly form: "text"; readonly example: string; readonly day?: Day }
  | { readonly form: "key"; readonly canGoBack: boolean; readonly offers: boolean }
  | { readonly form: "passphrase"; readonly twice: boolean };

/** A question that the page is to ask. */
export type Question = QuestionForm & {
  readonly id: number;
  readonly message: Styled;
  /** Whether a key that is pasted at this question is taken. */
  readonly takesKey: boolean;
  /** Whether the terminal can ask it instead. */
  readonly handsOver: boolean;
};

/** How the program left the page. */
export type End = "done" | "failed" | "stopped" | "idle";

/** What the program tells the page, in order. */
export type PageEvent =
  | { readonly type: "say"; readonly verb: Verb; readonly text: Styled }
  | { readonly type: "outline"; readonly steps: readonly string[] }
  | ({ readonly type: "step" } & StepHeading)
  | { readonly type: "rows"; readonly title?: Styled; readonly rows: readonly StyledRow[] }
  | {
      readonly type: "table";
      readonly columns: readonly { readonly head: Styled; readonly cells: readonly Styled[] }[];
    }
  | { readonly type: "picture"; readonly picture: Picture }
  | {
      readonly type: "progress";
      readonly id: number;
      readonly state: "busy" | "ok" | "gone";
      readonly text: Styled;
    }
  | { readonly type: "question"; readonly question: Question }
  /** The question is over. */
  | { readonly type: "answered"; readonly id: number }
  | { readonly type: "end"; readonly how: End };

/** What the page answers a question with: the number of a choice, a text, or what a button is for. */
export interface Answer {
  readonly choice?: number;
  readonly text?: string;
  /** The passphrase a second time. */
  readonly again?: string;
  /** The text is a key, whatever was asked. */
  readonly isKey?: boolean;
  /** Use a key although its shape is not the usual one. */
  readonly anyway?: boolean;
  readonly instead?: "back" | "offered" | "terminal";
}

/** What became of an answer. */
export type Reply =
  | { readonly outcome: "taken" }
  /** It will not do, for this reason; the question stays. */
  | { readonly outcome: "refused"; readonly reason: string }
  /** A key of another shape than the usual one; sent once more with `anyway`, it is taken. */
  | { readonly outcome: "unusual"; readonly reason: string }
  /** Nobody asks that any more. */
  | { readonly outcome: "stale" };
