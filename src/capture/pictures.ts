import type { Picture } from "../terminal/output/output.ts";

/** The wizard's screens, in order. Opening API Keys and creating the key share one, as they share a page. */
export type ScreenId = "sign-in" | "workspace" | "create" | "copy";

/**
 * Sketches of the console's pages; an ellipsis stands for what is left out. Source: Mistral's
 * documentation of the console, August 2026.
 */
export const pictures: Readonly<Record<ScreenId, Picture>> = {
  "sign-in": {
    title: "console.mistral.ai",
    rows: [
      {},
      { text: "Sign in" },
      {},
      { label: "E-mail", text: "you@example.com" },
      { label: "", text: "Continue", click: "click here" },
      {},
      { text: "or with an account you have elsewhere" },
    ],
  },
  workspace: {
    title: "Mistral AI Studio",
    rows: [
      {},
      { text: "Your workspace" },
      {},
      { label: "Name", text: "my-workspace" },
      { label: "For", text: "● me alone   ○ a team" },
      { label: "Terms", text: "✓ I accept" },
      { label: "", text: "Continue", click: "click here at the end" },
    ],
  },
  create: {
    title: "Mistral AI Studio",
    corner: "your workspace ▾",
    sideBar: [{ text: "…" }, { text: "API Keys", click: "click here" }, { text: "…" }, { text: "…" }],
    rows: [{}, {}, {}, { text: "Create new key", click: "then here" }],
  },
  copy: {
    title: "Create new key",
    rows: [
      {},
      { text: "••••••••••••••••••••••••••••••••" },
      {},
      { text: "Copy", click: "click here; it is shown only now" },
    ],
  },
};
