// Given to Node with --require: writes the most memory the process used, in kilobytes, when it ends.
const { writeFileSync } = require("node:fs");

process.on("exit", () => {
  writeFileSync(process.env.BENCH_MEMORY_FILE, String(process.resourceUsage().maxRSS));
});
