#!/usr/bin/env node
const { existsSync, realpathSync } = require("node:fs");
const { join } = require("node:path");

const [major, minor] = process.versions.node.split(".").map(Number);
// npm puts a link to this file on PATH, which Node does not follow with --preserve-symlinks-main.
const program = join(realpathSync(__filename), "..", "..", "dist", "program", "start.cjs");

if (major < 20 || (major === 20 && minor < 19) || major === 21 || (major === 22 && minor < 12)) {
  console.error(`mistral-key needs Node.js 20.19, 22.12 or later; this is ${process.version}.`);
  console.error("Install a current one from https://nodejs.org and run the command again.");
  process.exitCode = 2;
} else if (!existsSync(program)) {
  console.error("mistral-key is not built in this folder yet. Run: npm ci");
  process.exitCode = 1;
} else {
  require(program).start();
}
