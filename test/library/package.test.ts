import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Keyring, startKeyring } from "../support/keyring.ts";
import { describeWithKeyring } from "../support/keyring-suite.ts";
import { type LoopbackMistralApi, startMistralApi } from "../support/mistral-api.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const key = "testKey0".repeat(4);
const run = promisify(execFile);

/** A project beside ours that has the built package and the official SDK installed. */
let project = "";
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "mistral-key-project-"));
  mkdirSync(join(project, "node_modules"));
  symlinkSync(root, join(project, "node_modules/mistral-key"), "junction");
  for (const name of ["@mistralai", "@types"]) {
    symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name), "junction");
  }
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe("the built library", () => {
  it("loads a few kilobytes when it is imported", () => {
    const loaded = new Set<string>();
    const pending = [join(root, "dist/index.js")];
    for (const file of pending) {
      if (loaded.has(file)) continue;
      loaded.add(file);
      for (const [, target = ""] of readFileSync(file, "utf8").matchAll(/\bfrom\s*["'`](\.[^"'`]+)["'`]/g)) {
        pending.push(join(dirname(file), target));
      }
    }
    expect(loaded.size).toBeGreaterThan(1);
    expect([...loaded].reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThan(7000);
  });

  it.each(["import", "require"])("can be loaded by %s", async (way) => {
    // Node brings require() of such modules from 20.19 and 22.12 on; older ones are not supported.
    const load = way === "import" ? 'await import("mistral-key")' : 'require("mistral-key")';
    const script = `(async () => { const { getMistralKey } = ${load}; process.stdout.write(await getMistralKey()); })()`;
    const { stdout } = await run(process.execPath, ["-e", script], {
      cwd: project,
      env: { PATH: process.env.PATH, MISTRAL_API_KEY: key },
    });
    expect(stdout).toBe(key);
  });

  it("says to leave it out of an app's bundle, where it cannot read a stored key", async () => {
    const bundler = await rolldown({
      input: join(root, "dist/index.js"),
      platform: "node",
      // As esbuild does for CommonJS.
      transform: { define: { "import.meta.url": "undefined" } },
      logLevel: "silent",
    });
    await bundler.write({ file: join(project, "bundle.cjs"), format: "cjs", codeSplitting: false });
    await bundler.close();
    const script = `require("./bundle.cjs").getMistralKey().catch((error) => console.log(error.name, error.kind, error.hint));`;
    const env = { PATH: process.env.PATH, MISTRAL_KEY_HOME: project, MISTRAL_KEY_STORE: "file" };
    const { stdout } = await run(process.execPath, ["-e", script], { cwd: project, env });
    expect(stdout).toMatch(/^MistralKeyError store-absent Leave mistral-key out of the app's bundle/);
  });

  it.each([
    ["NodeNext", "NodeNext"],
    ["Node16", "Node16"],
    ["Preserve", "Bundler"],
  ])("has types for projects with module %s and moduleResolution %s", async (module, moduleResolution) => {
    const folder = mkdtempSync(join(project, "types-"));
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    writeFileSync(
      join(folder, "app.ts"),
      `import { Mistral } from "@mistralai/mistralai";
       import { type FailureKind, type GetMistralKeyOptions, getMistralKey, MistralKeyError } from "mistral-key";
       export const mistral = new Mistral({ apiKey: getMistralKey });
       const options: GetMistralKeyOptions = { profile: "work", signal: AbortSignal.timeout(1000) };
       export const key: string = await getMistralKey(options);
       export const why = (error: unknown): FailureKind | undefined =>
         error instanceof MistralKeyError ? error.kind : undefined;
       // @ts-expect-error a name is no options
       getMistralKey("work");
      `,
    );
    const compilerOptions = {
      module,
      moduleResolution,
      target: "ES2023",
      strict: true,
      noEmit: true,
      types: ["node"],
      // The SDK's own declarations are not ours to check; ours are read all the same.
      skipLibCheck: true,
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["app.ts"] }));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { stdout } = await run(process.execPath, [tsc, "-p", folder], { cwd: folder }).catch(
      (error) => error,
    );
    expect(stdout).toBe("");
  });
});

describeWithKeyring("the official SDK, given getMistralKey", () => {
  let keyring: Keyring;
  let api: LoopbackMistralApi;
  beforeAll(async () => {
    [keyring, api] = await Promise.all([
      startKeyring({ state: "unlocked", secrets: { default: key } }),
      startMistralApi({ keys: [key] }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([keyring.stop(), api.stop()]);
  });

  const script = `
    import { Mistral } from "@mistralai/mistralai";
    import { getMistralKey } from "mistral-key";
    const mistral = new Mistral({ apiKey: getMistralKey, serverURL: process.env.API });
    const { data } = await mistral.models.list();
    const answer = await mistral.chat.complete({
      model: data[0].id, maxTokens: 1, messages: [{ role: "user", content: "Hello" }],
    });
    console.log(JSON.stringify({ models: data.length, model: answer.model }));`;

  it("makes calls with the key from the keychain, and prints nothing of its own", async () => {
    const env = { PATH: process.env.PATH, ...keyring.env, API: api.url };
    const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "-e", script], {
      cwd: project,
      env,
    });
    expect(JSON.parse(stdout)).toMatchObject({ models: expect.any(Number), model: expect.any(String) });
    expect(stderr).toBe("");
    expect(api.requests.map(({ path, key: mask }) => [path, mask])).toEqual([
      ["/v1/models", "test...Key0"],
      ["/v1/chat/completions", "test...Key0"],
    ]);
  });

  it("gets the typed error when no key is stored, and makes no call", async () => {
    const failing = `${script.replace("getMistralKey, serverURL", '() => getMistralKey({ profile: "other" }), serverURL')}`;
    const caught = failing.replace(
      "const { data } = await mistral.models.list();",
      `
      const { data } = await mistral.models.list().catch((error) => {
        console.log(JSON.stringify({ name: error.name, kind: error.kind }));
        process.exit(3);
      });`,
    );
    const before = api.requests.length;
    const env = { PATH: process.env.PATH, ...keyring.env, API: api.url };
    const failure = await run(process.execPath, ["--input-type=module", "-e", caught], {
      cwd: project,
      env,
    }).catch((error: { stdout: string; code: number }) => error);
    expect(JSON.parse(failure.stdout)).toEqual({ name: "MistralKeyError", kind: "no-key" });
    expect(api.requests.length).toBe(before);
  });
});
