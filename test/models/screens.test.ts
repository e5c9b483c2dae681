import { describe, expect, it } from "vitest";
import type { Model } from "../../src/mistral/mistral-api.ts";
import { foldAliases } from "../../src/models/model-list.ts";
import { printLimits } from "../../src/models/print-limits.ts";
import { printModels } from "../../src/models/print-models.ts";
import { displayWidth } from "../../src/terminal/output/layout.ts";
import type { Output } from "../../src/terminal/output/output.ts";
import { recordOutput } from "../support/recorded-output.ts";
import { usualIdentity } from "../support/usual-answers.ts";

const now = new Date("2026-09-01T10:00:00Z");
const row: Omit<Model, "id"> = {
  name: null,
  aliases: [],
  contextLength: 131_072,
  capabilities: ["chat", "vision", "tools"],
  deprecatedAt: null,
  replacement: null,
  archived: false,
};
const models: readonly Model[] = foldAliases([
  { ...row, id: "mistral-small-latest", aliases: ["mistral-small-2603"] },
  { ...row, id: "mistral-small-2603", name: "mistral-small-2603", aliases: ["mistral-small-latest"] },
  {
    ...row,
    id: "codestral-2508",
    contextLength: 256_000,
    capabilities: ["chat", "tools", "code-completion"],
  },
  { ...row, id: "mistral-embed", contextLength: 8192, capabilities: [] },
  {
    ...row,
    id: "voxtral-mini-latest",
    contextLength: null,
    capabilities: ["chat", "audio", "transcription"],
  },
  {
    ...row,
    id: "mistral-medium-2505",
    deprecatedAt: "2026-11-30T12:00:00.000Z",
    replacement: "mistral-medium-3.1",
  },
  {
    ...row,
    id: "open-mistral-7b",
    contextLength: 32_768,
    capabilities: ["chat"],
    deprecatedAt: "2025-03-30T12:00:00.000Z",
  },
  { ...row, id: "ft:open-mistral-7b:5ad3f1e8:20260401:a1b2c3d4", capabilities: ["chat"], archived: true },
]);

const screens: Readonly<Record<string, (output: Output) => void>> = {
  models: (output) => printModels(output, models, { wanted: [], now }),
  limits: (output) =>
    printLimits(output, "mistral-small-latest", usualIdentity, {
      requestsPerMinute: { limit: 60, remaining: 3 },
      tokensPerMinute: { limit: 500_000, remaining: 250_000 },
      tokensPerMonth: { limit: 1_000_000_000, remaining: 0 },
      tokensOfCall: 12,
    }),
};

function draw(screen: string, options: Parameters<typeof recordOutput>[0]): string {
  const recorded = recordOutput({ isTTY: true, ...options });
  screens[screen]?.(recorded.output);
  return recorded.stderr();
}

const colours = { color: true, env: { TERM: "xterm-256color", COLORTERM: "truecolor", LANG: "C.UTF-8" } };

describe.each(Object.keys(screens))("the screen of %s", (screen) => {
  it.each([60, 80, 200])("matches its reviewed screen in %d columns", async (columns) => {
    const plain = draw(screen, { columns, env: { LANG: "C.UTF-8" } });
    expect(plain.split("\n").filter((line) => displayWidth(line) > columns)).toEqual([]);
    await expect(plain).toMatchFileSnapshot(`screens/${screen}-${columns}.txt`);
    const coloured = draw(screen, { ...colours, columns });
    await expect(coloured.replaceAll("\x1b", "␛")).toMatchFileSnapshot(
      `screens/${screen}-${columns}-colour.txt`,
    );
    // Nothing is only a colour.
    expect(coloured.replace(/\x1b\]8;;[^\x07]*\x07|\x1b\[[\d;]*m/g, "")).toBe(plain);
  });

  it("needs nothing but ASCII", () => {
    expect(draw(screen, { columns: 80, env: { LANG: "C" } })).toMatch(/^[\n\x20-\x7e]*$/);
  });
});
