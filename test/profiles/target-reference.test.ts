import { describe, expect, it } from "vitest";
import { kindOfTarget, parseTarget, readTarget } from "../../src/profiles/target-reference.ts";

describe("a target", () => {
  it.each([
    ["dotenv:/app/.env", { kind: "dotenv", path: "/app/.env" }],
    ["dotenv:C:\\app\\.env", { kind: "dotenv", path: "C:\\app\\.env" }],
    ["vibe", { kind: "vibe" }],
    ["llm", { kind: "llm" }],
    ["github:ada/engine", { kind: "github", repository: "ada/engine" }],
    ["github:ada/engine#production", { kind: "github", repository: "ada/engine", environment: "production" }],
    ["kubernetes:apps/mistral", { kind: "kubernetes", namespace: "apps", secret: "mistral" }],
    ["kubernetes:apps/mistral#key", { kind: "kubernetes", namespace: "apps", secret: "mistral", key: "key" }],
    [
      "aws:arn:aws:secretsmanager:eu-west-3:1:secret:m",
      { kind: "aws", secretId: "arn:aws:secretsmanager:eu-west-3:1:secret:m" },
    ],
    ["vercel:production", { kind: "vercel", environment: "production" }],
    ["vercel:preview#/srv/site", { kind: "vercel", environment: "preview", folder: "/srv/site" }],
    ["pass:work/mistral", { kind: "pass", path: "work/mistral" }],
    ["command:vault kv put secret/m key=-", { kind: "command", command: "vault kv put secret/m key=-" }],
  ] as const)("%s is read into its parts", (text, target) => {
    expect(parseTarget(text)).toEqual(target);
    expect(kindOfTarget(text)).toBe(target.kind);
  });

  it.each([
    "",
    "moon:base",
    "vibe:x",
    "dotenv:",
    "github:engine",
    "github:ada/engine#",
    "kubernetes:apps",
    "kubernetes:a/b/c",
  ])("%j is refused from a person, and not understood in a profile", (text) => {
    expect(() => parseTarget(text)).toThrow(expect.objectContaining({ kind: "usage" }));
    expect(readTarget(text)).toBeUndefined();
  });

  it.each([
    "github:ada/engine#a\x1b]0;PWN\x07",
    "kubernetes:apps/mis\x07tral",
    "aws:a\nb",
    "vercel:pre\x9bview#/srv/site",
    "pass:work\x7f",
  ])("%j is refused from a person, and understood in a profile", (text) => {
    expect(() => parseTarget(text)).toThrow(expect.objectContaining({ kind: "usage" }));
    expect(readTarget(text)).toBeDefined();
  });

  it.each(["dotenv:/app/\x1b/.env", "command:sh -c 'cat\n\ttrue'", "vercel:preview#/srv/\x1b"])(
    "%j may hold control characters",
    (text) => {
      expect(parseTarget(text)).toEqual(readTarget(text));
    },
  );
});
