import { defineConfig } from "vitest/config";

// In a git hook they name the repository of the hook, and tests make their own.
for (const name of Object.keys(process.env)) if (name.startsWith("GIT_")) delete process.env[name];

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Far more than a test takes where every processor has ten other things to do; only a hang takes longer.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Tests with a fixed moment name the day that it has there.
    env: { TZ: "UTC" },
    expect: { poll: { interval: 10, timeout: 30_000 } },
    maxWorkers: 2,
  },
});
