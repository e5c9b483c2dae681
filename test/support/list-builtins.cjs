// Given to Node with --require: writes which of its own modules a program loaded.
const { writeFileSync } = require("node:fs");

const before = new Set(process.moduleLoadList);
process.on("exit", () => {
  const loaded = process.moduleLoadList
    .filter((entry) => entry.startsWith("NativeModule ") && !before.has(entry))
    .map((entry) => entry.slice("NativeModule ".length));
  writeFileSync(
    process.env.LISTED_BUILTINS,
    loaded.filter((name) => !name.startsWith("internal/")).join("\n"),
  );
});
