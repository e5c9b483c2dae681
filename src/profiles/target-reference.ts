import { MistralKeyError } from "../errors.ts";
import { showName } from "../outside-text.ts";

/**
 * The parts of a target, a place that a key is delivered to. A target itself is one word everywhere:
 * `dotenv:/app/.env`.
 */
export type TargetReference =
  /** `dotenv:PATH`: a dotenv file; the path is absolute once it is in a profile. */
  | { readonly kind: "dotenv"; readonly path: string }
  /** `vibe`, `llm`, …: the place where a tool on this machine looks for its key. */
  | { readonly kind: ToolName }
  /** `github:OWNER/REPO` or `github:OWNER/REPO#ENVIRONMENT`: a secret of GitHub Actions. */
  | { readonly kind: "github"; readonly repository: string; readonly environment?: string }
  | {
      readonly kind: "kubernetes";
      readonly namespace: string;
      readonly secret: string;
      readonly key?: string;
    }
  /** `aws:SECRET-ID`: a secret of AWS Secrets Manager. */
  | { readonly kind: "aws"; readonly secretId: string }
  /**
   * `vercel:ENVIRONMENT`: an environment variable of the project that the current folder is linked
   * to. A profile adds that folder: `vercel:ENVIRONMENT#FOLDER`.
   */
  | { readonly kind: "vercel"; readonly environment: string; readonly folder?: string }
  /** `pass:PATH`: an entry of pass, the standard Unix password manager. */
  | { readonly kind: "pass"; readonly path: string }
  /** `command:PROGRAM…`: a command that takes the key on its standard input. */
  | { readonly kind: "command"; readonly command: string };

const tools = ["vibe", "llm", "opencode", "continue", "aider"] as const;

/** The tools that are targets by name alone. */
export type ToolName = (typeof tools)[number];

/** Every kind of target: its prefix, or its whole name. */
export const targetKinds = [
  "dotenv:",
  ...tools,
  "github:",
  "kubernetes:",
  "aws:",
  "vercel:",
  "pass:",
  "command:",
];

/** How targets are written; the names of the parts are those of {@link TargetReference}. */
const forms = [
  new RegExp(`^(?<kind>${tools.join("|")})$`),
  /^(?<kind>dotenv|pass):(?<path>.+)$/s,
  /^(?<kind>github):(?<repository>[\w.-]+\/[\w.-]+)(?:#(?<environment>.+))?$/s,
  /^(?<kind>kubernetes):(?<namespace>[^/#]+)\/(?<secret>[^/#]+)(?:#(?<key>.+))?$/s,
  /^(?<kind>aws):(?<secretId>.+)$/s,
  /^(?<kind>vercel):(?<environment>[^#]+)(?:#(?<folder>.+))?$/s,
  /^(?<kind>command):(?<command>.+)$/s,
];

/** Parses a target; `undefined` for one that only a newer mistral-key knows. */
export function readTarget(text: string): TargetReference | undefined {
  const parts = forms.map((form) => form.exec(text)?.groups).find((found) => found !== undefined);
  return parts && ({ ...parts } as unknown as TargetReference);
}

/** A target's kind, also of one that only a newer mistral-key knows. */
export function kindOfTarget(text: string): string {
  return text.replace(/:.*/s, "");
}

/**
 * Parses a target that a user wrote.
 *
 * @throws MistralKeyError of kind `usage` if it is not one, or if a service's name for something has a control
 *   character, which none allows; a path or a command may have one
 */
export function parseTarget(text: string): TargetReference {
  const target = readTarget(text);
  if (target !== undefined) {
    const anyText = target.kind === "dotenv" || target.kind === "command";
    const names = target.kind === "vercel" ? target.environment : text;
    if (anyText || !/\p{Cc}/u.test(names)) return target;
    throw new MistralKeyError("usage", `There is a control character in the target ${showName(text)}.`, {
      hint: "Write it again without that; it may have come from a copied text.",
    });
  }
  throw new MistralKeyError("usage", "That is not a target that a key can be delivered to.", {
    hint: `Use one of: dotenv:PATH, ${tools.join(", ")}, github:OWNER/REPO[#ENVIRONMENT], kubernetes:NAMESPACE/SECRET[#KEY], aws:SECRET-ID, vercel:ENVIRONMENT, pass:PATH, command:PROGRAM`,
  });
}
