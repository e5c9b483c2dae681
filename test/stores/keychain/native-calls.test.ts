import { lookup } from "node:dns";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  type EndableProcess,
  endDespiteHungCall,
  waitForCall,
} from "../../../src/stores/keychain/native-calls.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** A process that records how it would have ended. */
function processWith(
  execve?: EndableProcess["execve"],
  getActiveResourcesInfo = (): string[] => [],
): EndableProcess & { readonly ends: unknown[] } {
  const ends: unknown[] = [];
  return {
    ends,
    pid: 4711,
    stdout: { writableLength: 0 },
    stderr: { writableLength: 0 },
    getActiveResourcesInfo,
    kill: (...args) => {
      ends.push(args);
      return true;
    },
    ...(execve === undefined ? {} : { execve }),
  };
}

/** A call that returns only when told to. */
function hangingCall() {
  let comeBack = () => {};
  const call = () =>
    new Promise<string>((resolve) => {
      comeBack = () => resolve("late");
    });
  return { call, comeBack: () => comeBack() };
}

function endsOfHungCall(code: number): unknown[] {
  const own = processWith();
  endDespiteHungCall(own, code);
  return own.ends;
}

describe("the end of a process", () => {
  it("is left alone when no call hangs", () => {
    expect(endsOfHungCall(7)).toEqual([]);
  });

  it("comes with the exit code, else by a signal, when a call hangs", async () => {
    const { call, comeBack } = hangingCall();
    await expect(waitForCall({ limitMs: 1 }, call)).rejects.toThrow();

    expect(endsOfHungCall(7)).toEqual([[4711, "SIGKILL"]]);
    // A signal that this process handles would not end it.
    expect(endsOfHungCall(130)).toEqual([
      [4711, 2],
      [4711, "SIGKILL"],
    ]);

    const replaced: unknown[] = [];
    const current = processWith((...args) => {
      replaced.push(args);
      throw new Error("a replaced process does not go on");
    });
    endDespiteHungCall(current, 7);
    expect(replaced).toEqual([["/bin/sh", ["sh", "-c", "exit 7"], {}]]);

    comeBack();
    await expect.poll(() => endsOfHungCall(7)).toEqual([]);
  });

  it("does not wait for a name server that does not answer, unless that would cost the exit code", async () => {
    const found = new Promise((resolve) => lookup("localhost", resolve));
    const during = process.getActiveResourcesInfo();
    await found;
    const endsDuring = (code: number, execve?: EndableProcess["execve"]) => {
      const own = processWith(execve, () => during);
      endDespiteHungCall(own, code);
      return own.ends;
    };
    const replaced: unknown[] = [];
    endsDuring(5, (...args) => {
      replaced.push(args);
      throw new Error("a replaced process does not go on");
    });
    expect(replaced).toEqual([["/bin/sh", ["sh", "-c", "exit 5"], {}]]);
    expect(endsDuring(130)).toEqual([[4711, 2]]);
    expect(endsDuring(5)).toEqual([]);
  });

  it.each(["stdout", "stderr"] as const)("cuts off nothing that waits for the reader of %s", (name) => {
    vi.useFakeTimers();
    let waiting = 70_000;
    const output = {
      get writableLength() {
        return waiting;
      },
    };
    const own = { ...processWith(undefined, () => ["GetAddrInfoReqWrap"]), [name]: output };
    endDespiteHungCall(own, 130);
    vi.advanceTimersByTime(60_000);
    expect(own.ends).toEqual([]);
    waiting = 0;
    vi.advanceTimersByTime(100);
    expect(own.ends).toEqual([[4711, 2]]);
  });

  it("lets a pipe block again, into which the next program of a script writes", () => {
    const done: unknown[] = [];
    const output = (name: string) => ({
      writableLength: 0,
      _handle: { setBlocking: (blocking: boolean) => done.push([name, blocking]) },
    });
    const own = processWith(
      (file) => {
        done.push(file);
        throw new Error("a replaced process does not go on");
      },
      () => ["GetAddrInfoReqWrap"],
    );
    endDespiteHungCall({ ...own, stdout: output("stdout"), stderr: output("stderr") }, 5);
    expect(done).toEqual([["stdout", true], ["stderr", true], "/bin/sh"]);
  });
});
