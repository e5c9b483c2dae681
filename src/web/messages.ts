import type { Picture, StepHeading } from "../terminal/output/output.ts";

/** A style for part of a text; the page decides how it looks. */
export type StyleName = "accent" | "strong" | "faint" | "caution" | "link" | "meter";

/** A text with styled parts. The text of a `meter` is its share, from 0 to 1. */
export type Styled = readonly (string | { readonly style: StyleName; readonly parts: Styled })[];

/** A label and its value. */
export interface StyledRow {
  readonly label: Styled;
  readonly value: Styled;
}

/** `Output` methods that take one text. */
export type Verb = "ok" | "warn" | "fail" | "next" | "bullet" | "paragraph" | "heading" | "line";

/** How a question is answered. */
export type QuestionForm =
  | {
      readonly form: "choose";
      readonly choices: readonly { readonly name: Styled; readonly description: Styled }[];
      /** Index of the preselected choice. */
      readonly initial: number;
    }
  /** For a day: the earliest and the preselected one, as `YYYY-MM-DD`. */
  | { readonly form: "text"; readonly example: string; readonly day?: Record<"first" | "initial", string> }
  | { readonly form: "key"; readonly canGoBack: boolean; readonly offers: boolean }
  | { readonly form: "passphrase"; readonly twice: boolean };

/** A question for the page to ask. */
export type Question = QuestionForm & {
  readonly id: number;
  readonly message: Styled;
  /** Whether a key pasted at this question is accepted. */
  readonly takesKey: boolean;
  /** Whether the terminal can ask it instead. */
  readonly handsOver: boolean;
};

/** Why the page session ended. */
export type End = "done" | "failed" | "stopped" | "idle";

/** Events sent to the page, in order. */
export type PageEvent =
  | { readonly type: "say"; readonly verb: Verb; readonly text: Styled }
  | { readonly type: "outline"; readonly steps: readonly string[] }
  | ({ readonly type: "step" } & StepHeading)
  | { readonly type: "rows"; readonly title?: Styled; readonly rows: readonly StyledRow[] }
  | { readonly type: "picture"; readonly picture: Picture }
  | {
      readonly type: "progress";
      readonly id: number;
      readonly state: "busy" | "ok" | "gone";
      readonly text: Styled;
    }
  | { readonly type: "question"; readonly question: Question }
  | { readonly type: "answered"; readonly id: number }
  | { readonly type: "end"; readonly how: End };

/** The page's answer to a question: the index of a choice, a text, or a button's action. */
export interface Answer {
  readonly choice?: number;
  readonly text?: string;
  /** The passphrase a second time. */
  readonly again?: string;
  /** The text is a key, whatever was asked. */
  readonly isKey?: boolean;
  /** Use a key despite its unusual shape. */
  readonly anyway?: boolean;
  readonly instead?: "back" | "offered" | "terminal";
}

/** The reply to an answer. */
export type Reply =
  | { readonly outcome: "taken" }
  /** Invalid, for this reason; the question stays open. */
  | { readonly outcome: "refused"; readonly reason: string }
  /** A key of unusual shape; accepted if sent again with `anyway`. */
  | { readonly outcome: "unusual"; readonly reason: string }
  | { readonly outcome: "stale" };
