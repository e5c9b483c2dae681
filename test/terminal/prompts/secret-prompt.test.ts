import { PassThrough } from "node:stream";
import { expect, it, vi } from "vitest";
import { createTheme } from "../../../src/terminal/output/theme.ts";
import { PromptStream } from "../../../src/terminal/prompts/prompt-stream.ts";
import { promptTheme } from "../../../src/terminal/prompts/prompt-theme.ts";
import { passphraseSecret } from "../../../src/terminal/prompts/secret/secret-kinds.ts";
import { secretPrompt } from "../../../src/terminal/prompts/secret/secret-prompt.ts";
import { TextCapture } from "../../../src/terminal/prompts/text-capture.ts";

it("gives an answer that was complete before the prompt was drawn", async () => {
  const kind = passphraseSecret();
  const capture = new TextCapture(kind, { changed: () => {}, stop: () => {} });
  capture.receive([
    { kind: "text", text: "correct horse" },
    { kind: "key", key: "enter" },
  ]);
  await vi.waitFor(() => expect(capture.answered).toBeDefined());
  const symbols = createTheme({ colorLevel: 0, unicode: true, hyperlinks: false });
  const theme = promptTheme(symbols, "Passphrase", 80);
  const output = new PassThrough().resume();
  const answer = secretPrompt(
    { message: "Passphrase", kind, capture, columns: () => 80, symbols, theme },
    { input: new PromptStream(() => false), output },
  );
  expect(await answer).toBe("correct horse");
});
