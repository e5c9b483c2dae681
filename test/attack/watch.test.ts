import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, it, vi } from "vitest";
import { ProcessWatch } from "./watch.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it.runIf(process.platform === "linux")(
  "a hang is one of the watched program, and not of the process that watches",
  async () => {
    const child = spawn("sleep", ["60"]);
    await once(child, "spawn");
    const pid = child.pid ?? 0;
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
    let stalledMs = 0;
    const now = performance.now.bind(performance);
    vi.spyOn(performance, "now").mockImplementation(() => now() + stalledMs);
    let isIdle = false;
    const onIdle = () => {
      isIdle = true;
    };
    const watch = new ProcessWatch();
    watch.add({ pid, keys: [], holders: [], idleMs: 800, onLeak: () => {}, onIdle });
    try {
      vi.advanceTimersByTime(100);
      stalledMs = 10_000;
      vi.advanceTimersByTime(100);
      expect(isIdle).toBe(false);
      const afterWhile = () => {
        vi.advanceTimersByTime(100);
        return isIdle;
      };
      await expect.poll(afterWhile).toBe(true);
    } finally {
      watch.remove(pid);
      child.kill();
    }
  },
);
