import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { startMistralApi } from "../support/mistral-api.ts";
import { runProgram } from "../support/program.ts";
import { quickScrypt } from "../support/quick-scrypt.ts";

const oldKey = "testOld0".repeat(4);
const newKey = "testNew0".repeat(4);
const library = new URL("../../dist/index.js", import.meta.url).href;

/** A program that calls Mistral through the library whenever it is sent a line. */
const caller = `
  import { createInterface } from "node:readline";
  const { getMistralKey } = await import(${JSON.stringify(library)});
  for await (const url of createInterface({ input: process.stdin })) {
    const { status } = await fetch(url, { headers: { authorization: "Bearer " + (await getMistralKey()) } });
    console.log(status);
  }`;

it("a program that runs on through a rotation makes its next call with the new key", async () => {
  const home = mkdtempSync(join(tmpdir(), "library-rotation-"));
  const api = await startMistralApi({ keys: [oldKey, newKey] });
  const env = {
    MISTRAL_KEY_HOME: home,
    MISTRAL_KEY_STORE: "file",
    ...quickScrypt,
    MISTRAL_KEY_PASSPHRASE: "a passphrase for tests",
    MISTRAL_KEY_SERVER_URL: api.url,
  };
  const run = (args: readonly string[], input: string) => runProgram([...args, "--no-input"], { env, input });
  await run(["init", "--with-key", "--no-verify"], oldKey);
  const program = spawn(process.execPath, ["--input-type=module", "--eval", caller], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const answers = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
    const call = async () => {
      program.stdin.write(`${api.url}/v1/models\n`);
      return { status: (await answers.next()).value, key: api.requests.at(-1)?.key };
    };
    expect(await call()).toEqual({ status: "200", key: "test...Old0" });
    expect((await run(["rotate", "--with-key"], newKey)).code).toBe(9);
    api.keys.revoke(oldKey);
    expect(await call()).toEqual({ status: "200", key: "test...New0" });
  } finally {
    program.kill();
    await api.stop();
    rmSync(home, { recursive: true, force: true });
  }
});
