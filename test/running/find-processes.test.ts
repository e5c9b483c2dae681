import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { afterEach, expect, it } from "vitest";
import { findProcessesWith } from "../../src/running/find-processes.ts";

// Other runs of this test may be under way on the same machine.
const value = randomUUID();
let child: ChildProcess | undefined;
afterEach(() => child?.kill());

it.skipIf(process.platform !== "linux")(
  "finds another process by what it was started with, until it exits",
  async () => {
    child = spawn("sleep", ["60"], { env: { ...process.env, SOME_NAME: value } });
    await once(child, "spawn");
    const wanted = (held: string) => held === value;
    // It is there before the system shows what it was started with.
    await expect.poll(() => findProcessesWith(wanted)).toEqual([{ id: child.pid, name: "sleep" }]);
    expect(findProcessesWith(() => true).map(({ id }) => id)).not.toContain(process.pid);
    child.kill();
    await once(child, "exit");
    expect(findProcessesWith(wanted)).toEqual([]);
  },
);
