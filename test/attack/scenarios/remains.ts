import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Run } from "../../support/program.ts";
import type { Machine, RunOptions } from "../machine.ts";
import type { Random } from "../random.ts";
import type { Report } from "../report.ts";

/** What is done to a machine; the second is the replacement of a stored key by init. */
export const commands = ["init", "init again", "rotate", "push", "remove"] as const;

/** One of {@link commands}. */
export type Command = (typeof commands)[number];

/** A command that something is done to. */
export interface Attempt {
  readonly machine: Machine;
  readonly random: Random;
  readonly command: Command;
  readonly keys: { readonly old: string; readonly new: string };
  readonly where: string;
  readonly report: Report;
}

const lines: Record<Command, readonly string[]> = {
  init: ["init", "--with-key"],
  "init again": ["init", "--with-key", "--yes"],
  rotate: ["rotate", "--with-key"],
  push: ["push", "dotenv:.env", "dotenv:other.env"],
  remove: ["remove", "--yes"],
};
const dotenvFiles = [".env", "other.env"];
const otherLine = "# mine\nA=1\n";

/** Brings the machine to a state in which the command makes sense. */
export async function prepare({ machine, random, command, keys, where, report }: Attempt): Promise<void> {
  if (command === "push") {
    for (const file of dotenvFiles) writeFileSync(join(machine.project, file), otherLine);
  }
  if (command === "init") return;
  const init = ["init", "--with-key", "--no-verify", "--no-input"];
  const stored = await machine.run(init, where, { input: keys.old });
  report.expect(stored.code === 0, "exit", `${where}: the first init exited with ${stored.code}`);
  if (command !== "rotate" || random.chance(0.5)) return;
  writeFileSync(join(machine.project, ".env"), otherLine);
  const pushed = await machine.run(["push", "dotenv:.env", "--no-input"], where);
  report.expect(pushed.code === 0, "exit", `${where}: the first push exited with ${pushed.code}`);
}

/** Runs the command. */
export function runAttempt({ machine, command, keys, where }: Attempt, options: RunOptions): Promise<Run> {
  const input = lines[command].includes("--with-key") ? keys.new : "";
  return machine.run([...lines[command], "--no-input", "--verbose"], where, { input, ...options });
}

/** What has to hold after a kill or a fault, and after the next commands; `revoke` lets Mistral refuse a key. */
export async function lookAtRemains(attempt: Attempt, revoke: (key: string) => void): Promise<void> {
  const { machine, command, keys, where, report } = attempt;
  const holders = dotenvFiles.map((file) => join("project", file));
  machine.lookThroughFiles(where, [...holders, ...leftovers(attempt)]);
  const got = await machine.get(where);
  const mayBe: Record<Command, readonly (string | undefined)[]> = {
    init: [undefined, keys.new],
    "init again": [keys.old, keys.new],
    rotate: [keys.old, keys.new],
    push: [keys.old],
    remove: [undefined, keys.old],
  };
  const isOne = mayBe[command].includes(got.key) && (got.key !== undefined || got.code === 3);
  report.expect(
    isOne,
    "loss",
    `${where}: get exited with ${got.code}${got.key === undefined ? "" : " and another key"}`,
  );
  await lookAtStatus(attempt, got.key);

  switch (command) {
    case "init": {
      const again = await machine.run(["init", "--with-key", "--yes", "--no-input"], where, {
        input: keys.new,
      });
      report.expect(again.code === 0, "exit", `${where}: the next init exited with ${again.code}`);
      await expectEnd(attempt, keys.new);
      break;
    }
    // To replace a stored key is a rotation.
    case "init again":
    case "rotate":
      await endRotation(attempt, revoke);
      break;
    case "push": {
      for (const file of dotenvFiles) expectWhole(attempt, file, [undefined, keys.old]);
      const again = await machine.run([...lines.push, "--no-input"], where);
      report.expect(again.code === 0, "exit", `${where}: the next push exited with ${again.code}`);
      for (const file of dotenvFiles) expectWhole(attempt, file, [keys.old]);
      await expectEnd(attempt, keys.old);
      break;
    }
    case "remove": {
      const again = await machine.run([...lines.remove, "--no-input"], where);
      report.expect(
        again.code === 0 || again.code === 3,
        "exit",
        `${where}: the next remove exited with ${again.code}`,
      );
      await expectEnd(attempt, undefined);
    }
  }
}

/** While a file is replaced, its new content is beside it for a moment; the next run removes a leftover. */
function leftovers({ machine, command }: Attempt): readonly string[] {
  if (command !== "push" && command !== "rotate") return [];
  return machine
    .projectFiles()
    .filter((file) => file.endsWith(".tmp"))
    .map((file) => join("project", file));
}

async function lookAtStatus({ machine, where, report }: Attempt, key: string | undefined): Promise<void> {
  const status = await machine.run(["status", "--json", "--no-input"], where);
  report.expect(status.code === 0, "exit", `${where}: status exited with ${status.code}`);
  const [profile] = JSON.parse(status.stdout || "{}").profiles ?? [];
  const unfinished = machine.journals().length > 0;
  const told = profile === undefined ? false : profile.rotation !== null;
  report.expect(
    told === unfinished,
    "loss",
    `${where}: status says ${told} of a rotation under way, ${unfinished}`,
  );
  if (profile !== undefined && key === undefined) {
    report.expect(
      profile.key === null || !unfinished,
      "loss",
      `${where}: status shows a key that is not there`,
    );
  }
}

async function endRotation(attempt: Attempt, revoke: (key: string) => void): Promise<void> {
  const { machine, random, keys, where, report } = attempt;
  const held = await machine.slots();
  if (machine.journals().length === 0) {
    await expectEnd(attempt, keys.old);
  } else if (random.chance(0.5)) {
    const back = await machine.run(["rotate", "--abort", "--yes", "--no-input"], where);
    report.expect(back.code === 0, "exit", `${where}: rotate --abort exited with ${back.code}`);
    await expectEnd(attempt, keys.old);
  } else {
    const staged = Object.keys(held).length > 1;
    if (staged) {
      const alive = await machine.run(["rotate", "--finish", "--no-input"], where);
      report.expect(
        alive.code === 9,
        "exit",
        `${where}: rotate --finish with the old key alive exited with ${alive.code}`,
      );
      revoke(keys.old);
    }
    const end = await machine.run(["rotate", "--finish", "--no-input"], where);
    report.expect(end.code === (staged ? 0 : 9), "exit", `${where}: rotate --finish exited with ${end.code}`);
    await expectEnd(attempt, staged ? keys.new : keys.old);
  }
}

/** One key in use and nothing beside it, or nothing at all. */
async function expectEnd(attempt: Attempt, key: string | undefined): Promise<void> {
  const { machine, where, report } = attempt;
  const got = await machine.get(where);
  report.expect(
    got.key === key,
    "loss",
    `${where}: at the end get exited with ${got.code}${got.key === undefined ? "" : " and another key"}`,
  );
  const slots = Object.keys(await machine.slots()).join(", ");
  report.expect(
    slots === (key === undefined ? "" : "current"),
    "loss",
    `${where}: at the end these slots are full: ${slots}`,
  );
  report.expect(machine.journals().length === 0, "loss", `${where}: at the end there is a journal`);
  machine.lookThroughFiles(
    where,
    dotenvFiles.map((file) => join("project", file)),
  );
}

function expectWhole(
  { machine, where, report }: Attempt,
  file: string,
  keys: readonly (string | undefined)[],
): void {
  const text = readFileSync(join(machine.project, file), "utf8");
  const whole = keys.map((key) => (key === undefined ? otherLine : `${otherLine}MISTRAL_API_KEY=${key}\n`));
  report.expect(whole.includes(text), "loss", `${where}: ${file} is neither as before nor as it should be`);
}
