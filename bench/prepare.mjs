// Installs what is measured as its users do, into its own folder.
import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { bundleWhole } from "../scripts/bundle.mjs";

const quiet = { stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" };

/** Packs this package. @returns {{ file: string, size: number }} */
export function pack(folder) {
  const answer = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], quiet);
  const [{ filename, size }] = JSON.parse(answer.slice(answer.indexOf("[\n")));
  return { file: join(folder, filename), size };
}

/** The arguments of a clean global installation. */
export function installation(what, prefix) {
  return ["install", "--global", "--prefix", prefix, "--no-audit", "--no-fund", "--prefer-offline", what];
}

/** Installs a package globally into its own folder. @returns the folder of its modules */
export function install(what, prefix) {
  execFileSync("npm", installation(what, prefix), quiet);
  return join(prefix, process.platform === "win32" ? "" : "lib", "node_modules");
}

/** The number of packages, and of bytes on disk, below a folder of modules. */
export function weigh(folder) {
  let bytes = 0;
  let packages = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    bytes += statSync(file).size;
    if (/node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+[\\/]package\.json$/.test(file)) packages++;
  }
  return { bytes, packages };
}

/** The Node binary of a major version, from the packages behind npm's `node`. */
export function nodeOf(major, folder) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const prefix = join(folder, `node-${major}`);
  const binary = join(
    prefix,
    "node_modules",
    name,
    "bin",
    process.platform === "win32" ? "node.exe" : "node",
  );
  if (!existsSync(binary)) {
    mkdirSync(prefix, { recursive: true });
    execFileSync(
      "npm",
      ["install", "--prefix", prefix, "--no-audit", "--no-fund", `${name}@${major}`],
      quiet,
    );
  }
  return binary;
}

/** A program folder with this many profiles, all like the one in `model`, at Mistral's own address. */
export function homeWith(profiles, model, folder) {
  const home = join(folder, `home-${profiles}`);
  mkdirSync(join(home, "profiles"), { recursive: true, mode: 0o700 });
  const made = JSON.parse(readFileSync(join(model, "profiles/default.json"), "utf8"));
  const profile = { ...made, endpoint: { region: "global" } };
  for (let number = 0; number < profiles; number++) {
    const name = number === 0 ? "default" : `profile-${number}`;
    const file = join(home, "profiles", `${name}.json`);
    writeFileSync(file, JSON.stringify({ ...profile, name }, undefined, 2), { mode: 0o600 });
  }
  return home;
}

/** A script that uses the library as an app does. */
export function libraryScript(modules, folder) {
  const app = join(folder, "app");
  mkdirSync(app, { recursive: true });
  symlinkSync(modules, join(app, "node_modules"), "junction");
  const script = join(app, "app.mjs");
  writeFileSync(script, 'import { getMistralKey } from "mistral-key";\nawait getMistralKey();\n');
  return script;
}

/** Starts a keyring with a key and the API. @returns {Promise<{ env: Record<string, string>, stop: () => Promise<void> }>} */
export async function startKeyringAndApi(key, delay = 0) {
  const program = resolve("build/bench/keyring-and-api.cjs");
  await bundleWhole("bench/keyring-and-api.ts", program);
  const stdio = ["pipe", "pipe", "inherit"];
  const child = spawn(process.execPath, [program, key, String(delay)], { stdio });
  const ended = new Promise((done) => child.on("close", done));
  for await (const line of createInterface({ input: child.stdout })) {
    const stop = async () => {
      child.stdin.end();
      await ended;
    };
    return { env: JSON.parse(line), stop };
  }
  throw new Error("The keyring and the API did not start.");
}
