import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Far more than a test takes where every processor has five other things to do; only a hang takes longer.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Tests with a fixed moment name the day that it has there.
    env: { TZ: "UTC" },
    expect: { poll: { interval: 10, timeout: 30_000 } },
    maxWorkers: 2,
  },
});
