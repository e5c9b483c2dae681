import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { ProcessWatch } from "./watch.ts";

it.runIf(process.platform === "linux")(
  "a hang is one of the watched program, and not of the process that watches",
  async () => {
    const child = spawn("sleep", ["60"]);
    await once(child, "spawn");
    const pid = child.pid ?? 0;
    const watch = new ProcessWatch();
    let isIdle = false;
    const onIdle = () => {
      isIdle = true;
    };
    watch.add({ pid, keys: [], holders: [], idleMs: 800, onLeak: () => {}, onIdle });
    try {
      await new Promise((resolve) => setTimeout(resolve, 100));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(isIdle).toBe(false);
      await expect.poll(() => isIdle).toBe(true);
    } finally {
      watch.remove(pid);
      child.kill();
    }
  },
);
