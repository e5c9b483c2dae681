import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findProgram } from "../support/find-program.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { program, runProgram } from "../support/program.ts";
import { quickScrypt } from "../support/quick-scrypt.ts";

const key = "testKey0".repeat(4);

describe.skipIf(process.platform === "win32")("the line to paste at the end of init", () => {
  let api: LoopbackMistralApi;
  let folder: string;

  beforeEach(async () => {
    api = await startMistralApi({ keys: [key] });
    folder = mkdtempSync(join(tmpdir(), "mistral-key-paste-"));
    const script = `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`;
    writeFileSync(join(folder, "mistral-key"), script, { mode: 0o755 });
  });
  afterEach(async () => {
    await api.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("asks the model in every shell there is", async () => {
    const env = {
      PATH: [folder, process.env.PATH].join(delimiter),
      MISTRAL_KEY_HOME: folder,
      MISTRAL_KEY_SERVER_URL: api.url,
      MISTRAL_KEY_STORE: "file",
      ...quickScrypt,
      MISTRAL_KEY_PASSPHRASE: "correct horse",
    };
    const { stderr } = await runProgram(["init", "--with-key", "--no-input", "-p", "work"], {
      env,
      input: key,
    });
    const line = stderr.split("\n").find((each) => each.includes(" try ")) ?? "";
    expect(line).toBe('  mistral-key try "What can you do?" -p work');
    expect(stderr).not.toContain(key);
    for (const shell of ["sh", "bash", "zsh", "fish"].filter(findProgram)) {
      const { stdout } = await promisify(execFile)(shell, ["-c", line], { env });
      expect(stdout, shell).toMatch(/^Hello\n/);
    }
  });
});
