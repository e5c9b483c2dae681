import { describe, expect, it } from "vitest";
import { Cancelled, MistralKeyError } from "../../../src/errors.ts";
import { failureDocument, printFailure } from "../../../src/terminal/output/failure.ts";
import { displayWidth } from "../../../src/terminal/output/layout.ts";
import { recordOutput } from "../../support/recorded-output.ts";

const key = "testKey0".repeat(4);

/** What a person reads, without the newline at the end. */
function shown(
  failure: MistralKeyError,
  options: {
    readonly verbose?: boolean;
    readonly columns?: number;
    readonly env?: Record<string, string>;
  } = {},
): string {
  const { output, stderr } = recordOutput(options);
  printFailure(failure, output, { verbose: options.verbose ?? false });
  return stderr().replace(/\n$/, "");
}

describe("failureDocument", () => {
  it("has the four members of the contract", () => {
    const failure = new MistralKeyError("no-key", "No key is stored.", { hint: "Run mistral-key init." });
    expect(failureDocument(failure, 3)).toEqual({
      error: { code: 3, kind: "no-key", message: "No key is stored.", hint: "Run mistral-key init." },
    });
  });

  it("has null when there is no hint", () => {
    expect(failureDocument(new MistralKeyError("usage", "No."), 2).error.hint).toBeNull();
  });
});

describe("printFailure", () => {
  it("says what happened, then what to do", () => {
    const failure = new MistralKeyError("no-key", "No key is stored.", {
      hint: "mistral-key init\nmistral-key status",
    });
    expect(shown(failure)).toBe("✗ No key is stored.\n\n  › mistral-key init\n  › mistral-key status");
  });

  it("separates the later lines of a message from the first", () => {
    const failure = new MistralKeyError("rejected", "Mistral does not accept this key.\nIt worked in May.");
    expect(shown(failure)).toBe("✗ Mistral does not accept this key.\n\n  It worked in May.");
  });

  it("does not call a stop a failure", () => {
    expect(shown(new Cancelled())).toBe("! Stopped.");
  });

  it("fits 40 columns", () => {
    const failure = new MistralKeyError("usage", "Something went wrong that takes a long sentence to say.", {
      hint: "Do this, then that, and then the third thing that belongs to it.",
    });
    const lines = shown(failure, { columns: 40 }).split("\n");
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(40);
    expect(lines.at(-1)).toMatch(/^ {4}\S/);
  });

  it("states its result as a word when there are no symbols", () => {
    const failure = new MistralKeyError("usage", "No.", { hint: "Yes." });
    expect(shown(failure, { env: { LANG: "C" } })).toBe("[x] No.\n\n  > Yes.");
  });

  it("keeps the causes for --verbose", () => {
    const cause = new Error("outer", { cause: Object.assign(new Error("inner"), { code: "ECONNREFUSED" }) });
    const failure = new MistralKeyError("unreachable", "Mistral could not be reached.", { cause });
    expect(shown(failure)).not.toContain("outer");
    const verbose = shown(failure, { verbose: true });
    expect(verbose).toContain("Because: Error: outer");
    expect(verbose).toContain("Because: Error: inner (ECONNREFUSED)");
    expect(verbose).not.toContain("at ");
  });

  it("shows the stack of a bug, and only with --verbose", () => {
    const failure = new MistralKeyError("bug", "Something went wrong inside.", {
      cause: new TypeError("oops"),
    });
    expect(shown(failure)).not.toContain("TypeError");
    expect(shown(failure, { verbose: true })).toMatch(/TypeError: oops\n.*at /s);
  });

  it("masks what could be a key in a cause", () => {
    const cause = new Error(`bad header: Bearer ${key}`, { cause: `x=${key}` });
    for (const kind of ["bug", "unreachable"] as const) {
      const text = shown(new MistralKeyError(kind, "No.", { cause }), { verbose: true });
      expect(text).not.toContain(key);
      expect(text).toContain("test...Key0");
    }
  });

  it("ends even when causes form a cycle", () => {
    const cause = new Error("circle");
    cause.cause = cause;
    const text = shown(new MistralKeyError("unreachable", "No.", { cause }), { verbose: true });
    expect(text.match(/Because/g)).toHaveLength(1);
  });

  it("prints nothing that would control the terminal", () => {
    const failure = new MistralKeyError("unreachable", "It said \x1b[2J\x1b]0;title\x07\b\x9b0mhello.");
    expect(shown(failure)).toMatch(/^✗ It said .*hello\.$/);
    expect(shown(failure)).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
  });
});
