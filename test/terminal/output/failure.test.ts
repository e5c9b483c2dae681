import { describe, expect, it } from "vitest";
import { Cancelled, MistralKeyError } from "../../../src/errors.ts";
import { failureDocument, renderFailure } from "../../../src/terminal/output/failure.ts";
import { displayWidth } from "../../../src/terminal/output/layout.ts";
import { createTheme } from "../../../src/terminal/output/theme.ts";

const theme = createTheme({ colorLevel: 0, unicode: true, hyperlinks: false });
const output = { theme, columns: 80 };
const key = "testKey0".repeat(4);

describe("failureDocument", () => {
  it("has the four members of the contract", () => {
    const failure = new MistralKeyError("no-key", "No key is stored.", { hint: "Run mistral-key init." });
    expect(failureDocument(failure, 3)).toEqual({
      error: { code: 3, kind: "no-key", message: "No key is stored.", hint: "Run mistral-key init." },
    });
  });

  it("has null where there is no hint", () => {
    expect(failureDocument(new MistralKeyError("usage", "No."), 2).error.hint).toBeNull();
  });
});

describe("renderFailure", () => {
  it("says what happened, then what to do", () => {
    const failure = new MistralKeyError("no-key", "No key is stored.", {
      hint: "mistral-key init\nmistral-key status",
    });
    expect(renderFailure(failure, output, { verbose: false })).toBe(
      "✗ No key is stored.\n\n  › mistral-key init\n  › mistral-key status",
    );
  });

  it("stands the later lines of a message by themselves", () => {
    const failure = new MistralKeyError("rejected", "Mistral does not accept this key.\nIt worked in May.");
    expect(renderFailure(failure, output, { verbose: false })).toBe(
      "✗ Mistral does not accept this key.\n\n  It worked in May.",
    );
  });

  it("does not call a stop a failure", () => {
    expect(renderFailure(new Cancelled(), output, { verbose: false })).toBe("! Stopped.");
  });

  it("fits 40 columns", () => {
    const failure = new MistralKeyError("usage", "Something went wrong that takes a long sentence to say.", {
      hint: "Do this, then that, and then the third thing that belongs to it.",
    });
    const lines = renderFailure(failure, { theme, columns: 40 }, { verbose: false }).split("\n");
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(40);
    expect(lines.at(-1)).toMatch(/^ {4}\S/);
  });

  it("says its state as a word where there are no symbols", () => {
    const text = createTheme({ colorLevel: 0, unicode: false, hyperlinks: false });
    const failure = new MistralKeyError("usage", "No.", { hint: "Yes." });
    expect(renderFailure(failure, { theme: text, columns: 80 }, { verbose: false })).toBe(
      "[x] No.\n\n  > Yes.",
    );
  });

  it("keeps the causes for --verbose", () => {
    const cause = new Error("outer", { cause: Object.assign(new Error("inner"), { code: "ECONNREFUSED" }) });
    const failure = new MistralKeyError("unreachable", "Mistral could not be reached.", { cause });
    expect(renderFailure(failure, output, { verbose: false })).not.toContain("outer");
    const verbose = renderFailure(failure, output, { verbose: true });
    expect(verbose).toContain("Because: Error: outer");
    expect(verbose).toContain("Because: Error: inner (ECONNREFUSED)");
    expect(verbose).not.toContain("at ");
  });

  it("shows the stack of a bug, and only with --verbose", () => {
    const failure = new MistralKeyError("bug", "Something went wrong inside.", {
      cause: new TypeError("oops"),
    });
    expect(renderFailure(failure, output, { verbose: false })).not.toContain("TypeError");
    expect(renderFailure(failure, output, { verbose: true })).toMatch(/TypeError: oops\n.*at /s);
  });

  it("masks what could be a key in a cause", () => {
    const cause = new Error(`bad header: Bearer ${key}`, { cause: `x=${key}` });
    for (const kind of ["bug", "unreachable"] as const) {
      const shown = renderFailure(new MistralKeyError(kind, "No.", { cause }), output, { verbose: true });
      expect(shown).not.toContain(key);
      expect(shown).toContain("test...Key0");
    }
  });

  it("ends with causes that go round in a circle", () => {
    const cause = new Error("circle");
    cause.cause = cause;
    const shown = renderFailure(new MistralKeyError("unreachable", "No.", { cause }), output, {
      verbose: true,
    });
    expect(shown.match(/Because/g)).toHaveLength(1);
  });

  it("lets nothing through that would control the terminal", () => {
    const failure = new MistralKeyError("unreachable", "It said \x1b[2J\x1b]0;title\x07\b\x9b0mhello.");
    expect(renderFailure(failure, output, { verbose: false })).toMatch(/^✗ It said .*hello\.$/);
    expect(renderFailure(failure, output, { verbose: false })).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
  });
});
