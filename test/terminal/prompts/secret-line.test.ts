import { describe, expect, it } from "vitest";
import { SecretLine } from "../../../src/terminal/prompts/secret-line.ts";

const typed = (text: string) => ({ kind: "text", text }) as const;
const pasted = (text: string) => ({ kind: "paste", text }) as const;

describe("SecretLine", () => {
  it("collects what is typed and what is pasted", () => {
    const line = new SecretLine();
    expect(line.receive(typed("ab"))).toBe("changed");
    expect(line.receive(pasted("cd\r\nef\r"))).toBe("changed");
    expect(line.text).toBe("abcd\nef\n");
  });

  it("tells that Enter was pressed, also within a chunk", () => {
    const line = new SecretLine();
    expect(line.receive(typed("ab\rcd"))).toBe("entered");
    expect(line.text).toBe("ab\ncd");
  });

  it("takes a whole character back with Backspace", () => {
    const line = new SecretLine();
    line.receive(typed("a😀"));
    line.receive(typed("\x7f"));
    expect(line.text).toBe("a");
    line.receive(typed("\b\b"));
    expect(line.text).toBe("");
  });

  it.each([
    ["Ctrl-U", "\x15"],
    ["Ctrl-W", "\x17"],
  ])("forgets everything with %s", (_name, character) => {
    const line = new SecretLine();
    line.receive(typed("two words"));
    expect(line.receive(typed(character))).toBe("changed");
    expect(line.text).toBe("");
  });

  it("takes Ctrl-D as leaving only while nothing is entered", () => {
    const line = new SecretLine();
    expect(line.receive(typed("\x04"))).toBe("left");
    line.receive(typed("a"));
    expect(line.receive(typed("\x04"))).toBe("unchanged");
    expect(line.text).toBe("a");
  });

  it("tells that the person wants to paste, and keeps Ctrl-V out of the text", () => {
    const line = new SecretLine();
    expect(line.receive(typed("\x16"))).toBe("wants-paste");
    expect(line.text).toBe("");
  });

  it("ignores arrows, Ctrl-T and other keys that stand for nothing here", () => {
    const line = new SecretLine();
    expect(line.receive({ kind: "escape", sequence: "\x1b[A" })).toBe("unchanged");
    expect(line.receive(typed("\x14\x19\x12\0"))).toBe("unchanged");
    expect(line.text).toBe("");
  });

  it("keeps a tab, so that two words do not become one", () => {
    const line = new SecretLine();
    line.receive(typed("a\tb"));
    expect(line.text).toBe("a\tb");
  });

  it("keeps no more than 64 KiB", () => {
    const line = new SecretLine();
    line.receive(pasted("x".repeat(100_000)));
    expect(line.text).toHaveLength(64 * 1024);
  });
});
