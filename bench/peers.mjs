// Programs to compare with: what is on this machine, and what npm can install.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** @returns {Promise<import("./measure.mjs").Case[]>} cases; some may not work here */
export async function peers(cache, { key, ...env }) {
  const prefix = join(cache, "peers");
  const installed = (name) => {
    const folder = join(prefix, "node_modules", name);
    if (existsSync(folder)) return;
    mkdirSync(prefix, { recursive: true });
    try {
      execFileSync("npm", ["install", "--prefix", prefix, "--no-audit", "--no-fund", name], {
        stdio: "ignore",
      });
    } catch {
      console.error(`${name} could not be installed.`);
    }
  };
  for (const name of ["@dotenvx/dotenvx", "cross-keychain", "firebase-tools"]) installed(name);
  const dotenv = join(prefix, "dotenv");
  writeFileSync(dotenv, `MISTRAL_API_KEY=${key}\n`);
  const program = (name) => join(prefix, "node_modules/.bin", name);
  return [
    { name: "gh --version", file: "gh", args: ["--version"] },
    {
      name: "secret-tool lookup",
      file: "secret-tool",
      args: ["lookup", "service", "mistral-key", "account", "default"],
      env,
    },
    { name: "dotenvx get", file: program("dotenvx"), args: ["get", "MISTRAL_API_KEY", "-f", dotenv] },
    {
      name: "cross-keychain get",
      file: program("cross-keychain"),
      args: ["get", "mistral-key", "default"],
      env,
    },
    { name: "firebase-tools --version", file: program("firebase"), args: ["--version"] },
  ];
}
