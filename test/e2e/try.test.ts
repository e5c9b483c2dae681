import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiKey } from "../../src/keys/api-key.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";
import { program, type Run, runProgram } from "../support/program.ts";
import { quickScrypt } from "../support/quick-scrypt.ts";
import type { StreamBehaviour } from "../support/streamed-answer.ts";
import { openTerminal, type Terminal } from "../support/terminal.ts";

const key = ApiKey.of("testKey0".repeat(4));
/** Its characters could end a string in one of the languages. */
const prompt = `It's "5 > 3" \\ $HOME \`id\` \${x} %s\n, or is it é🙂?`;
const model = "mistral-small-latest";

let api: LoopbackMistralApi;
let home: string;
let env: Record<string, string>;
let terminal: Terminal | undefined;

beforeEach(async () => {
  api = await startMistralApi({ keys: [key.reveal()] });
  home = mkdtempSync(join(tmpdir(), "try-"));
  env = {
    ...quickScrypt,
    HOME: home,
    MISTRAL_KEY_HOME: join(home, "program"),
    MISTRAL_KEY_STORE: "file",
    MISTRAL_KEY_PASSPHRASE: "correct horse battery staple",
    MISTRAL_KEY_SERVER_URL: api.url,
    PYTHONPATH: fileURLToPath(new URL("../models/python", import.meta.url)),
    PYTHONDONTWRITEBYTECODE: "1",
  };
  const init = ["init", "--with-key", "--no-verify"];
  expect((await runProgram(init, { env, input: key.reveal() })).code).toBe(0);
});

afterEach(async () => {
  await terminal?.close();
  terminal = undefined;
  await api.stop();
  rmSync(home, { recursive: true, force: true });
});

function behave(behaviour: StreamBehaviour): void {
  api.behave(behaviour, { on: ["completion"] });
}

/** Presses Ctrl-C when the beginning of the answer is there. */
async function stopInTerminal(args: readonly string[]): Promise<number> {
  behave("stream-hang");
  terminal = openTerminal(process.execPath, [program, ...args], { env, cwd: home });
  await terminal.waitFor("Hello");
  terminal.press("ctrl-c");
  const { code, signal } = await terminal.exit();
  return signal === undefined ? code : 128 + signal;
}

describe("the built try", () => {
  it("streams an answer to what is piped in", async () => {
    const run = await runProgram(["try"], { env, input: prompt });
    expect(run).toMatchObject({ code: 0, stdout: "Hello\nfrom [31mthe loopback.\n" });
    expect(run.stderr).toContain("11 tokens in, 4 out");
    expect(api.requests.at(-1)).toMatchObject({ model, prompt });
  });

  it("keeps what came of an answer that is cut off half-way", async () => {
    behave("stream-cut");
    expect(await runProgram(["try", "Hi"], { env })).toMatchObject({
      code: 5,
      stdout: "Hello\n",
      stderr: expect.stringContaining("The answer is incomplete"),
    });
  });

  it("is stopped by Ctrl-C in the middle of an answer", async () => {
    expect(await stopInTerminal(["try", "Hi"])).toBe(130);
  });
});

// Mistral's Python SDK is a stand-in, since it cannot be installed for the tests; curl and the SDK for
// JavaScript are the real ones.
describe.each([
  { language: "curl", cutOff: 18 },
  { language: "python", cutOff: 1 },
  { language: "javascript", cutOff: 1 },
])("the call as a program for $language", ({ language, cutOff }) => {
  let command: readonly string[];

  beforeEach(async () => {
    const written = await runProgram(["try", "--as", language, "--json"], { env, input: prompt });
    const { snippet, run } = JSON.parse(written.stdout) as { readonly snippet: string; readonly run: string };
    command = run.slice(run.indexOf("run --")).split(" ");
    writeFileSync(join(home, command.at(-1) ?? ""), snippet);
    symlinkSync(fileURLToPath(new URL("../../node_modules", import.meta.url)), join(home, "node_modules"));
  });

  const start = (): Promise<Run> => runProgram(command, { env, cwd: home });

  it("makes the same call with the stored key, and prints the answer", async () => {
    const { code, stdout, stderr } = await start();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/Hello(?:.|\n)*the loopback/);
    expect(api.requests.at(-1)).toMatchObject({ model, prompt, key: key.mask, header: "authorization" });
  });

  it("fails when the answer is cut off half-way, and has printed what came", async () => {
    behave("stream-cut");
    const { code, stdout } = await start();
    expect({ code, stdout }).toEqual({ code: cutOff, stdout: expect.stringContaining("Hello") });
  });

  it("fails when the key is refused", async () => {
    api.keys.revoke(key.reveal());
    expect((await start()).code).not.toBe(0);
  });

  it("is stopped by Ctrl-C in the middle of the answer", async () => {
    expect(await stopInTerminal(command)).toBe(130);
  });
});
