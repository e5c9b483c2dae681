import { describe, expect, it } from "vitest";
import { TextCapture } from "../../../src/terminal/prompts/text-capture.ts";

const typed = (text: string) => ({ kind: "text", text }) as const;
const pasted = (text: string) => ({ kind: "paste", text }) as const;
const pressed = (key: string) => ({ kind: "key", key }) as const;

function capture(): TextCapture<string> {
  const kind = { read: (text: string) => ({ outcome: "value", value: text }) as const };
  return new TextCapture(kind, { changed: () => {}, stop: () => {} });
}

describe("TextCapture", () => {
  it("collects what is typed and what is pasted", () => {
    const entered = capture();
    entered.receive([typed("ab"), pasted("cd\nef\n")]);
    expect(entered.text).toBe("abcd\nef\n");
  });

  it("takes a whole character back with Backspace", () => {
    const entered = capture();
    entered.receive([typed("a😀"), pressed("backspace")]);
    expect(entered.text).toBe("a");
    entered.receive([pressed("backspace"), pressed("backspace")]);
    expect(entered.text).toBe("");
  });

  it.each(["up", "escape", "ctrl-t", "alt-b", "delete"])("ignores %s", (key) => {
    const entered = capture();
    entered.receive([pressed(key)]);
    expect(entered.text).toBe("");
  });

  it("keeps a tab, so that two words do not become one", () => {
    const entered = capture();
    entered.receive([typed("a"), pressed("tab"), typed("b")]);
    expect(entered.text).toBe("a\tb");
  });

  it("keeps no more than 64 KiB", () => {
    const entered = capture();
    entered.receive([pasted("x".repeat(100_000))]);
    expect(entered.text).toHaveLength(64 * 1024);
  });
});
