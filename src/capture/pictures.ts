import type { Picture } from "../terminal/output/picture.ts";
import type { StepId } from "./steps.ts";

/** What the page of each step looks like. Source: Mistral's documentation of the console, August 2026. */
export const pictures: Readonly<Record<StepId, Picture>> = {
  "sign-in": {
    title: "console.mistral.ai",
    lines: [
      "",
      "  Sign in",
      "",
      "  E-mail   you@example.com",
      "           {▸ Continue ◂}── click here",
      "",
      "  or with an account you have elsewhere",
    ],
  },
  workspace: {
    title: "Mistral AI Studio",
    lines: [
      "",
      "  Your workspace",
      "",
      "  Name   my-workspace",
      "  For    ● me alone   ○ a team",
      "  Terms  ✓ I accept",
      "         {▸ Continue ◂}── click here at the end",
    ],
  },
  "api-keys": {
    title: "Mistral AI Studio",
    lines: [
      "",
      " Home          │",
      " Playground    │",
      " API           │",
      "  {▸ API Keys ◂}─┼── click here",
      "    Usage      │",
      "    Limits     │",
    ],
    sideBar: 15,
  },
  create: {
    title: "Create new key",
    lines: [
      "",
      "  Name         a name you will know again",
      "  Expiration   a date of your choice",
      "  Connectors   Shared connectors only",
      "",
      "  Cancel       {▸ Create new key ◂}── click here",
    ],
  },
  copy: {
    title: "Your new key",
    lines: ["", "  ••••••••••••••••••••••••••••••••", "", "  {▸ Copy ◂}── click here; it is shown only now"],
  },
};
