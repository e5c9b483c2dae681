import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const dependencies = ["keytar", "node-addon-api"];

interface Packed {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
}

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly name?: string; readonly hasInstallScript?: boolean }>
  >;
}

const manifest = readJson<Manifest>("package.json");

// npm links a manual page nowhere on Windows.
describe.skipIf(process.platform === "win32")("the tarball, installed globally as the README says", () => {
  let folder: string;
  let registry: Server;
  let said = "";

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "mistral-key-global-"));
    writeFileSync(join(folder, "npmrc"), "");
    const [own, ...others] = await pack();
    registry = await startRegistry(others);
    const [, flags = ""] =
      /npm pack && npm install (--global .*)\.\/mistral-key-\*\.tgz/.exec(
        readFileSync(join(root, "README.md"), "utf8"),
      ) ?? [];
    expect(flags).toContain("--global");
    const { stdout, stderr } = await npm(
      "install",
      ...flags.trim().split(" "),
      join(folder, own?.filename ?? ""),
    );
    said = stdout + stderr;
  });
  afterAll(() => {
    registry.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is a command", async () => {
    const { stdout } = await run(join(folder, "global/bin/mistral-key"), ["--version"]);
    expect(stdout).toBe(`${manifest.version}\n`);
  });

  it("has its manual page where man looks", () => {
    const page = join(folder, "global/share/man/man1/mistral-key.1");
    expect(readFileSync(page, "utf8")).toBe(readFileSync(join(root, "dist/mistral-key.1"), "utf8"));
    expect(realpathSync(page)).toContain("node_modules/mistral-key/dist");
  });

  it("makes npm print no warning", () => {
    expect(said).toContain("added 3 packages");
    expect(said).not.toMatch(/warn/i);
  });

  /** Packs this package, then what it depends on, from what is installed here. */
  async function pack(): Promise<readonly Packed[]> {
    const folders = [root, ...dependencies.map((name) => join(root, "node_modules", name))];
    const { stdout } = await npm(
      "pack",
      "--json",
      "--pack-destination",
      folder,
      "--ignore-scripts",
      ...folders,
    );
    return JSON.parse(stdout) as Packed[];
  }

  async function npm(...args: readonly string[]) {
    const address = registry?.address() as AddressInfo | undefined;
    return await run("npm", [...args], {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        NO_PROXY: "127.0.0.1",
        npm_config_audit: "false",
        npm_config_cache: join(folder, "cache"),
        npm_config_prefix: join(folder, "global"),
        npm_config_registry: `http://127.0.0.1:${address?.port ?? 9}/`,
        npm_config_update_notifier: "false",
        npm_config_userconfig: join(folder, "npmrc"),
      },
    });
  }

  /** A registry that has these packages, so that nothing has to be fetched from afar. */
  async function startRegistry(packages: readonly Packed[]): Promise<Server> {
    const server = createServer((request, response) => {
      const path = decodeURIComponent(request.url ?? "").slice(1);
      const packed = packages.find(({ name, filename }) => path === name || path === filename);
      if (packed === undefined) {
        response.writeHead(404).end("{}");
        return;
      }
      const { name, version, filename } = packed;
      if (path === filename) {
        response.end(readFileSync(join(folder, filename)));
        return;
      }
      const installed = dependencies[packages.indexOf(packed)];
      const described = readJson<Manifest>(`node_modules/${installed}/package.json`);
      const tarball = `http://${request.headers.host}/${filename}`;
      response.end(
        JSON.stringify({
          name,
          "dist-tags": { latest: version },
          versions: { [version]: { ...described, dist: { tarball } } },
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return server;
  }
});

it("says of every dependency with an install script whether it may run, so that npm does not ask", () => {
  const { packages } = readJson<Lock>("package-lock.json");
  const withScript = Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path, { name }]) => name ?? path.replace(/^.*node_modules\//, ""));
  expect(Object.keys(manifest.allowScripts)).toEqual(withScript);
});

function readJson<Document>(file: string): Document {
  return JSON.parse(readFileSync(join(root, file), "utf8")) as Document;
}
