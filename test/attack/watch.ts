import { processesFrom, readOfProcess } from "../support/watch-children.ts";

/** A program that is watched, from its start to its end. */
export interface Watched {
  readonly pid: number;
  /** What neither it nor a program that it starts may have in its arguments or environment. */
  readonly keys: readonly string[];
  /** The names of programs that are started in order to be given a key. */
  readonly holders: readonly string[];
  /** How long all of it may be idle, in milliseconds: neither using nor waiting for a processor. */
  readonly idleMs: number;
  onLeak(where: string): void;
  onIdle(): void;
}

interface State extends Watched {
  readonly seen: Set<number>;
  ticks: string;
  /** For how long it has been idle, in milliseconds. */
  idle: number;
}

/**
 * Inspects processes through `/proc`, every few milliseconds. A hang is recognised not by the clock, which a
 * busy machine distorts, but by processes that neither run nor wait to run.
 */
export class ProcessWatch {
  readonly #watched = new Map<number, State>();
  #timer: NodeJS.Timeout | undefined;
  #lookedAt = 0;

  add(watched: Watched): void {
    this.#watched.set(watched.pid, { ...watched, seen: new Set(), ticks: "", idle: 0 });
    this.#timer ??= setInterval(() => this.#look(), 8);
  }

  /** Ends the watch of one program; returns how many processes it was, with those that it started. */
  remove(pid: number): number {
    const count = this.#watched.get(pid)?.seen.size ?? 0;
    this.#watched.delete(pid);
    if (this.#watched.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    return count;
  }

  #look(): void {
    // While this process itself is kept waiting, its servers let the others wait.
    const passed = Math.min(performance.now() - this.#lookedAt, 100);
    this.#lookedAt = performance.now();
    for (const state of [...this.#watched.values()]) {
      let ticks = "";
      let runs = false;
      for (const pid of processesFrom(state.pid)) {
        state.seen.add(pid);
        const stat = readOfProcess(pid, "stat");
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        // Running, waiting to run, or waiting for a busy disk.
        runs ||= fields[0] === "R" || fields[0] === "D";
        ticks += `${pid}:${fields[11]}:${fields[12]};`;
        this.#lookForKeys(state, pid);
      }
      if (runs || ticks !== state.ticks) {
        state.ticks = ticks;
        state.idle = 0;
        continue;
      }
      state.idle += passed;
      if (state.idle > state.idleMs) {
        state.idle = Number.NEGATIVE_INFINITY;
        state.onIdle();
      }
    }
  }

  #lookForKeys({ keys, holders, onLeak }: State, pid: number): void {
    for (const file of ["cmdline", "environ"]) {
      const text = readOfProcess(pid, file);
      if (!keys.some((key) => text.includes(key))) continue;
      const name = readOfProcess(pid, "comm").trim();
      if (file === "cmdline" || !holders.includes(name)) onLeak(`${file} of ${name}`);
    }
  }
}
