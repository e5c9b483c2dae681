import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const windows = process.platform === "win32";

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

interface Bundle {
  readonly files: readonly { readonly file: string; readonly modules: readonly string[] }[];
  readonly packages: readonly { readonly name: string; readonly version: string; readonly license: string }[];
}

const manifest = readJson<Manifest>("package.json");

let folder: string;
let packed: Packed;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mistral-key-package-"));
  const { stdout } = await npm(["pack", "--json", "--ignore-scripts", "--pack-destination", folder], root);
  [packed] = JSON.parse(stdout) as [Packed];
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the package", () => {
  it("holds what is needed to run, to read and to comply, and nothing else", () => {
    const places = new Set(packed.files.map(({ path }) => path.split("/").slice(0, 2).join("/")));
    const expected = [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "bin/mistral-key.js",
      "bin/package.json",
      "dist/THIRD-PARTY-LICENSES.txt",
      "dist/index.js",
      "dist/library",
      "dist/mistral-key.1",
      "dist/program",
      "dist/types",
      "package.json",
    ];
    expect([...places].sort()).toEqual(expected);
    expect(packed.files.filter(({ path }) => /\.map$|(?<!\.d)\.ts$/.test(path))).toEqual([]);
  });

  it("is small: at most 450 kB packed, 2 MB unpacked, three packages with keytar", () => {
    expect(packed.size).toBeLessThan(450_000);
    expect(packed.unpackedSize).toBeLessThan(2_000_000);
    expect(Object.keys(manifest.dependencies)).toEqual(["keytar"]);
    const keytar = readJson<Manifest>("node_modules/keytar/package.json");
    expect(Object.keys(keytar.dependencies)).toEqual(["node-addon-api"]);
  });

  it.skipIf(windows)(
    "is found through a link, as npm makes one, also when Node is not to follow it",
    async () => {
      const link = join(folder, "linked");
      symlinkSync(join(root, "bin/mistral-key.js"), link);
      const { stdout } = await run(process.execPath, ["--preserve-symlinks-main", link, "--version"]);
      expect(stdout).toBe(`${manifest.version}\n`);
    },
  );

  it("runs from the tarball, with keytar as it is when install scripts do not run", async () => {
    const modules = join(folder, "node_modules");
    mkdirSync(modules);
    await run("tar", ["-xzf", join(folder, packed.filename), "-C", modules]);
    const installed = join(modules, "mistral-key");
    cpSync(join(modules, "package"), installed, { recursive: true });
    cpSync(join(root, "node_modules/keytar"), join(modules, "keytar"), {
      recursive: true,
      filter: (source) => !/keytar[\\/]build$/.test(source),
    });
    const program = join(installed, manifest.bin["mistral-key"] ?? "");
    const env = { PATH: process.env.PATH, MISTRAL_KEY_HOME: join(folder, "home") };
    const { stdout } = await run(process.execPath, [program, "--version"], { env });
    expect(stdout).toBe(`${manifest.version}\n`);
    const { stdout: found } = await run(
      process.execPath,
      ["-p", `typeof require(${JSON.stringify(join(modules, "keytar"))}).getPassword`],
      { env },
    );
    expect(found).toBe("function\n");
    const help = await run(process.execPath, [program], { env });
    expect(help).toMatchObject({ stdout: expect.stringContaining("mistral-key init"), stderr: "" });
    const unknown = await run(process.execPath, [program, "help", "nope"], { env }).catch((error) => error);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("Unknown command 'nope'.") });
    const answer = await run(process.execPath, [program, "status", "--json"], { env });
    expect(JSON.parse(answer.stdout)).toMatchObject({ profiles: [] });
  });

  it.skipIf(windows)("is what npx starts in a clone that has been built", async () => {
    const clone = join(folder, "clone");
    mkdirSync(clone);
    const parts = ["bin", "build", "dist", "scripts", "src", "package.json", "package-lock.json", "LICENSE"];
    for (const part of [...parts, "tsconfig.json", "tsconfig.library.json"]) {
      cpSync(join(root, part), join(clone, part), { recursive: true, preserveTimestamps: true });
    }
    symlinkSync(join(root, "node_modules"), join(clone, "node_modules"), "dir");
    const env = { ...process.env, npm_config_cache: join(folder, "cache"), npm_config_offline: "true" };
    const { stdout } = await run("npx", ["mistral-key", "--version"], { cwd: clone, env });
    expect(stdout).toBe(`${manifest.version}\n`);
  });
});

describe("the bundles", () => {
  const bundle = readJson<Bundle>("build/bundle.json");
  const text = (file: string) => readFileSync(join(root, "dist", file), "utf8");

  it("come with the licence of every package that they include", () => {
    const document = text("THIRD-PARTY-LICENSES.txt");
    const modules = bundle.files.flatMap((file) => file.modules);
    const names = modules.flatMap(
      (module) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1] ?? [],
    );
    expect(new Set(bundle.packages.map(({ name }) => name))).toEqual(new Set(names));
    for (const { name, version, license } of bundle.packages) {
      expect(document).toContain(`${name} ${version} (${license})`);
    }
  });

  it.each([
    ["tracing, which has no place in a program that handles keys", "@opentelemetry/api"],
    ["the external editor and its text encodings", "@inquirer/external-editor"],
    ["what prints the address of a proxy, password and all", "debug"],
  ])("leave out %s", (_what, name) => {
    expect(bundle.packages.map((part) => part.name)).not.toContain(name);
    for (const { file } of bundle.files) expect(text(file)).not.toMatch(`(["'\`])${name}\\1`);
  });

  it("carry no source maps", () => {
    for (const { file } of bundle.files) {
      expect(text(file)).not.toContain("sourceMappingURL");
      expect(existsSync(join(root, "dist", `${file}.map`))).toBe(false);
    }
  });
});

function npm(args: readonly string[], cwd: string) {
  return run(windows ? "npm.cmd" : "npm", [...args], { cwd, shell: windows });
}

function readJson<Document>(file: string): Document {
  return JSON.parse(readFileSync(join(root, file), "utf8")) as Document;
}
