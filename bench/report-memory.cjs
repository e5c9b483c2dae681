// Given to Node with --require: writes the most memory the process used, in kilobytes, when it ends
// or becomes another program.
const { writeFileSync } = require("node:fs");

const report = () => writeFileSync(process.env.BENCH_MEMORY_FILE, String(process.resourceUsage().maxRSS));
process.on("exit", report);

const { execve } = process;
if (execve !== undefined) {
  process.execve = (...args) => {
    report();
    return execve.apply(process, args);
  };
}
