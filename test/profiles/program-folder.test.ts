import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { homeFolder, programFolder } from "../../src/profiles/program-folder.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

it("is the one that MISTRAL_KEY_HOME names", async () => {
  expect(await programFolder({ MISTRAL_KEY_HOME: "/srv/keys" })).toBe(resolve("/srv/keys"));
});

it("does not move with the working directory once it is known", async () => {
  expect(await programFolder({ MISTRAL_KEY_HOME: "keys" })).toBe(join(process.cwd(), "keys"));
});

it("is never one called ~, which a systemd unit or a crontab leaves as it is", async () => {
  const refused = {
    kind: "store-absent",
    message: expect.stringContaining("MISTRAL_KEY_HOME begins with ~"),
  };
  for (const value of ["~/keys", "~"])
    await expect(programFolder({ MISTRAL_KEY_HOME: value })).rejects.toMatchObject(refused);
});

it("is among this person's configuration otherwise", async () => {
  const folder = await programFolder({ MISTRAL_KEY_HOME: "" });
  expect(isAbsolute(folder)).toBe(true);
  expect(folder).toContain("mistral-key");
  if (process.platform === "linux" && !process.env.XDG_CONFIG_HOME) {
    expect(folder).toBe(join(homedir(), ".config", "mistral-key"));
  }
});

it.runIf(process.platform === "linux")("is never one that would depend on the current folder", async () => {
  vi.stubEnv("XDG_CONFIG_HOME", "config");
  await expect(programFolder({})).rejects.toMatchObject({
    kind: "store-absent",
    message: expect.stringContaining("not to an absolute path"),
  });
});

it.runIf(process.platform !== "win32")(
  "refuses a home folder that would depend on the current folder",
  () => {
    expect(homeFolder()).toBe(homedir());
    for (const value of ["", "home"]) {
      vi.stubEnv("HOME", value);
      expect(homeFolder()).toBeUndefined();
    }
  },
);
