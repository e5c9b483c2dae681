import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { defaultProfile } from "../../src/keys/profile-name.ts";
import { profileOf } from "../../src/profiles/known-key.ts";
import { ProfileFolder } from "../../src/profiles/profile-folder.ts";
import { openUnlocked, passphrase } from "../stores/encrypted-file/encrypted-file-setup.ts";
import { findProgram } from "../support/find-program.ts";
import { runProgram } from "../support/program.ts";

const key = ApiKey.of("testKey0".repeat(4));
const adminKey = "testAdm0".repeat(4);
const secrets = [key.reveal(), adminKey, passphrase];

/** Every program that is started to help, and what it answers where the real one is not to be asked. */
const helpers: Readonly<Record<string, string>> = {
  git: "",
  mkfifo: "",
  "xdg-open": "exit 0",
  "a-browser": "exit 0",
};

let folder: string;
let home: string;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mistral-key-helpers-"));
  home = at("home");
  const { store } = openUnlocked({ home });
  await store.set({ profile: defaultProfile, slot: "current" }, key);
  const known = { name: defaultProfile, key, store: "file", endpoint: { region: "global" } } as const;
  new ProfileFolder(home).write(profileOf(known, new Date()));

  for (const name of ["bin", "started", "work"]) mkdirSync(at(name));
  for (const [name, instead] of Object.entries(helpers)) {
    const real = instead || `exec ${findProgram(name)} "$@"`;
    writeFileSync(
      at(`bin/${name}`),
      `#!/bin/sh\nnote=${name}.$$\n{ env; echo "$@"; } > "${at("$note")}"\nmv "${at("$note")}" "${at("started")}"\n${real}\n`,
    );
    chmodSync(at(`bin/${name}`), 0o755);
  }
  execFileSync("git", ["init", "-q"], { cwd: at("work") });
  writeFileSync(at("work/.gitignore"), ".env\n");
  // Would be started where helpers were looked for in the current folder.
  writeFileSync(at("work/git"), `#!/bin/sh\ntouch "${at("started")}/planted"\n`, { mode: 0o755 });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  for (const file of readdirSync(at("started"))) rmSync(at(`started/${file}`));
});

const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
  runProgram(args, {
    cwd: at("work"),
    env: {
      // The current folder, in every way that a PATH has of naming it.
      PATH: `.:${at("bin")}::${process.env.PATH}:./:`,
      HOME: home,
      MISTRAL_KEY_HOME: home,
      MISTRAL_API_KEY: key.reveal(),
      MISTRAL_ADMIN_KEY: adminKey,
      MISTRAL_KEY_PASSPHRASE: passphrase,
      COPY_OF_THE_KEY: `key=${key.reveal()}`,
      DISPLAY: ":0",
      ...more,
    },
  });

/** What each program that was started was given: its environment and its arguments. */
function started(): Readonly<Record<string, string>> {
  const files = readdirSync(at("started"));
  return Object.fromEntries(
    files.map((file) => [file.replace(/\.\d+$/, ""), readFileSync(at(`started/${file}`), "utf8")]),
  );
}

describe.skipIf(process.platform !== "linux")("a program that is started to help", () => {
  it.each([
    ["open keys", ["xdg-open"], {}],
    ["open keys", ["a-browser"], { BROWSER: "a-browser" }],
    ["open keys", ["a-browser"], { BROWSER: "../bin/a-browser" }],
    ["open keys --no-browser", [], { BROWSER: "a-browser" }],
    ["run --redact -- true", ["mkfifo"], {}],
    ["env --write .env", ["git"], {}],
    ["import --list", ["git"], {}],
    ["doctor --offline", ["git"], {}],
    ["doctor --scan", ["git"], {}],
    ["doctor --scan --staged", ["git"], {}],
  ])("by %s gets no secret, and is not one of the current folder: %j", async (line, names, more) => {
    await run(line.split(" "), more);
    // The program waits for a browser only for a second.
    await expect.poll(() => Object.keys(started())).toEqual(names);
    const seen = started();
    for (const given of Object.values(seen)) {
      for (const secret of secrets) expect(given).not.toContain(secret);
      const path = /^PATH=(.*)$/m.exec(given)?.[1] ?? "";
      expect(path.split(":").every((entry) => entry.startsWith("/"))).toBe(true);
    }
  });

  it("is in this test, whichever module starts it", () => {
    const source = fileURLToPath(new URL("../../src", import.meta.url));
    const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".ts"),
    );
    const named = files.flatMap((name) => {
      const text = readFileSync(join(source, name), "utf8");
      return [...text.matchAll(/\b(?:run|start|launch)Program\(\s*"([^"]+)"/g)].map(
        ([, program = ""]) => program,
      );
    });
    expect(named.filter((name) => !(name in helpers) && !elsewhere.includes(name))).toEqual([]);
  });
});

/** Started only on another system, or beside a keychain that is open. */
const elsewhere = ["secret-tool", "security"];

it.skipIf(process.platform !== "linux")(
  "a command that is run with the key gets that, and not what opens the store",
  async () => {
    const { stdout } = await run(["run", "--", "env"]);
    expect(stdout).toContain(`MISTRAL_API_KEY=${key.reveal()}\n`);
    expect(stdout).not.toContain(passphrase);
    expect(existsSync(at("started/planted"))).toBe(false);
  },
);
