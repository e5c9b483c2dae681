import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { expect, it } from "vitest";
import { programFolder } from "../../src/profiles/program-folder.ts";

it("is the one that MISTRAL_KEY_HOME names", async () => {
  expect(await programFolder({ MISTRAL_KEY_HOME: "/srv/keys" })).toBe(resolve("/srv/keys"));
});

it("does not move with the working directory once it is known", async () => {
  expect(await programFolder({ MISTRAL_KEY_HOME: "keys" })).toBe(join(process.cwd(), "keys"));
});

it("is among this person's configuration otherwise", async () => {
  const folder = await programFolder({ MISTRAL_KEY_HOME: "" });
  expect(isAbsolute(folder)).toBe(true);
  expect(folder).toContain("mistral-key");
  if (process.platform === "linux" && !process.env.XDG_CONFIG_HOME) {
    expect(folder).toBe(join(homedir(), ".config", "mistral-key"));
  }
});
