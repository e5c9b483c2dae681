import { describe, expect, it } from "vitest";
import { EnteredLine } from "../../../src/terminal/prompts/entered-line.ts";

const typed = (text: string) => ({ kind: "text", text }) as const;
const pasted = (text: string) => ({ kind: "paste", text }) as const;
const pressed = (key: string) => ({ kind: "key", key }) as const;

describe("EnteredLine", () => {
  it("collects what is typed and what is pasted", () => {
    const line = new EnteredLine();
    expect(line.receive(typed("ab"))).toBe("changed");
    expect(line.receive(pasted("cd\nef\n"))).toBe("changed");
    expect(line.text).toBe("abcd\nef\n");
  });

  it("takes a whole character back with Backspace", () => {
    const line = new EnteredLine();
    line.receive(typed("a😀"));
    line.receive(pressed("backspace"));
    expect(line.text).toBe("a");
    line.receive(pressed("backspace"));
    line.receive(pressed("backspace"));
    expect(line.text).toBe("");
  });

  it.each(["up", "escape", "ctrl-t", "alt-b", "delete"])("ignores %s", (key) => {
    const line = new EnteredLine();
    expect(line.receive(pressed(key))).toBe("unchanged");
    expect(line.text).toBe("");
  });

  it("keeps a tab, so that two words do not become one", () => {
    const line = new EnteredLine();
    line.receive(typed("a"));
    line.receive(pressed("tab"));
    line.receive(typed("b"));
    expect(line.text).toBe("a\tb");
  });

  it("keeps no more than 64 KiB", () => {
    const line = new EnteredLine();
    line.receive(pasted("x".repeat(100_000)));
    expect(line.text).toHaveLength(64 * 1024);
  });
});
