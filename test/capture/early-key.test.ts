import { afterEach, describe, expect, it } from "vitest";
import { keepEarlyKey } from "../../src/capture/early-key.ts";
import { ApiKey } from "../../src/keys/api-key.ts";
import type { Prompts } from "../../src/terminal/prompts/prompts.ts";
import { openTestDeps, type TestDeps } from "../support/deps.ts";
import { answer, type ScriptedAnswer } from "../support/scripted-prompts.ts";

const text = "testKey0".repeat(4);

let deps: TestDeps;
afterEach(() => deps.close());

function open(...answers: readonly ScriptedAnswer[]): Prompts {
  deps = openTestDeps({ answers });
  return keepEarlyKey(deps.script, deps.output);
}

const choices = [{ value: 1, name: "One" }] as const;

describe("a key that is pasted before it is asked for", () => {
  it.each([
    ["choose", answer.choose("One"), (prompts: Prompts) => prompts.choose({ message: "?", choices })],
    [
      "confirm",
      answer.confirm(true),
      (prompts: Prompts) => prompts.confirm({ message: "?", initial: false }),
    ],
    ["text", answer.text("laptop"), (prompts: Prompts) => prompts.text({ message: "?" })],
    [
      "press",
      answer.press("enter"),
      (prompts: Prompts) => prompts.press({ keys: [{ press: "enter", does: "go on", value: true }] }),
    ],
  ])("at %s is kept, and the question asked again", async (_name, answered, ask) => {
    const prompts = open(answer.pasteKey(text), answered);
    await ask(prompts);
    expect((await prompts.key({ message: "Your key" })).reveal()).toBe(text);
    expect(deps.stdout() + deps.stderr()).not.toContain(text);
  });

  it("is turned into an answer by a question that accepts keys", async () => {
    const prompts = open(answer.pasteKey(text), answer.key("another0".repeat(4)));
    const pasted = await prompts.choose({ message: "?", choices, onKeyPasted: (key) => key.mask });
    expect(pasted).toBe(ApiKey.of(text).mask);
    expect((await prompts.key({ message: "Your key" })).reveal()).toBe("another0".repeat(4));
  });

  it("is the answer of the next question that accepts keys, and of none after it", async () => {
    const prompts = open(answer.pasteKey(text), answer.choose("One"), answer.key("another0".repeat(4)));
    await prompts.choose({ message: "?", choices });
    const taken = await prompts.choose({ message: "Where?", choices, onKeyPasted: (key) => key.mask });
    expect(taken).toBe(ApiKey.of(text).mask);
    expect((await prompts.key({ message: "Your key" })).reveal()).toBe("another0".repeat(4));
  });

  it("answers the question for the key once", async () => {
    const prompts = open(answer.pasteKey(text), answer.choose("One"), answer.key("another0".repeat(4)));
    await prompts.choose({ message: "?", choices });
    await prompts.key({ message: "Your key" });
    expect((await prompts.key({ message: "Your key" })).reveal()).toBe("another0".repeat(4));
  });
});
