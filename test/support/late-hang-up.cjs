// Loaded before the program (node --require): once a signal ends it, notes that in a file and stays till its
// terminal is gone, just before Node itself ends.
const { writeFileSync } = require("node:fs");
const { isatty } = require("node:tty");

function stay() {
  writeFileSync(process.env.ENDING, "");
  const pause = new Int32Array(new SharedArrayBuffer(4));
  while (isatty(0)) Atomics.wait(pause, 0, 0, 10);
}
for (const signal of ["SIGHUP", "SIGTERM"]) process.once(signal, () => process.once("exit", stay));
