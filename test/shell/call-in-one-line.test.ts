import { expect, it } from "vitest";
import { callInOneLine } from "../../src/shell/call-in-one-line.ts";

it("asks a model at the endpoint of the key", () => {
  const line = callInOneLine({ region: "eu" }, "mistral-small-latest");
  expect(line).toContain("https://api.eu.mistral.ai/v1/chat/completions");
  expect(line).toContain("mistral-small-latest");
});

it.each(['x";id;"', "$(id)", "`id`", "it's", "two words", "50%", "wow!"])(
  "contains nothing that a shell could interpret: %s",
  (text) => {
    expect(callInOneLine({ region: "global" }, text)).toBeUndefined();
    const serverUrl = `http://127.0.0.1:1/${text}`;
    expect(callInOneLine({ region: "global", serverUrl }, "a-model")).toBeUndefined();
  },
);
