import type { ChildProcess } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Keyring, startKeyring } from "../../support/keyring.ts";
import { startMistralApi } from "../../support/mistral-api.ts";
import { Machine } from "../machine.ts";
import type { Random } from "../random.ts";
import type { Attack, Scenario } from "../scenario.ts";

const commands = ["init", "init again", "rotate", "rotate", "push", "remove"] as const;
type Command = (typeof commands)[number];

/** Kills at random moments, with a real keyring. */
export const killInKeyring: Scenario = {
  name: "kill-keyring",
  says: "SIGKILL at a random moment of init, rotate, push and remove, keys in a GNOME Keyring; then what is left is read, finished or taken back",
  count: 300,
  needs: ["dbus-daemon", "gnome-keyring-daemon", "secret-tool"],
  run: async (attack) => {
    const keyring = await startKeyring({ state: "unlocked" });
    try {
      await killAtRandomMoments(attack, keyring);
    } finally {
      await keyring.stop();
    }
  },
};

/** Kills at random moments, with the encrypted file. */
export const killInFile: Scenario = {
  name: "kill-file",
  says: "the same with the encrypted file",
  count: 300,
  run: (attack) => killAtRandomMoments(attack, undefined),
};

async function killAtRandomMoments(attack: Attack, keyring: Keyring | undefined): Promise<void> {
  const api = await startMistralApi();
  // How long each command takes at present; every run that was not killed tells it anew.
  const took: Partial<Record<Command, number>> = {};
  try {
    await attack.tries(async (random, where, index) => {
      const command = random.pick(commands);
      // A moment that came too late is taken again, so that the count is one of kills.
      for (let again = 0; again < 8; again += 1) {
        const keys = { old: random.key(), new: random.key() };
        for (const key of Object.values(keys)) api.keys.accept(key);
        const profile = `kill-${index}-${again}`;
        const machine = new Machine({
          attack,
          keyring,
          profile,
          serverUrl: api.url,
          keys: Object.values(keys),
        });
        try {
          const attempt: Attempt = { machine, random, command, keys, where: `${where}, ${command}` };
          const ms = await killOnce(attempt, attack, took[command]);
          if (ms === undefined) {
            attack.report.count("kills");
            await lookAtRemains(attempt, attack, (key) => api.keys.revoke(key));
            return;
          }
          took[command] = ms;
        } finally {
          machine.remove();
        }
      }
    });
  } finally {
    await api.stop();
  }
}

interface Attempt {
  readonly machine: Machine;
  readonly random: Random;
  readonly command: Command;
  readonly keys: { readonly old: string; readonly new: string };
  readonly where: string;
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

/** Runs the command and kills it; answers with its time in milliseconds when it came to its end before. */
async function killOnce(
  attempt: Attempt,
  attack: Attack,
  usual: number | undefined,
): Promise<number | undefined> {
  const { machine, random, command, keys, where } = attempt;
  if (command !== "init") await prepare(attempt, attack);
  if (command === "push")
    for (const file of dotenvFiles) writeFileSync(join(machine.project, file), otherLine);
  const writesKey = command === "init" || command === "init again" || command === "rotate";
  // Start-up takes a third of a run and changes nothing, so most moments are after it.
  const part = random.chance(0.15) ? random.fraction() * 0.4 : 0.35 + random.fraction() * 0.7;
  const killLater = (child: ChildProcess) => {
    if (usual === undefined) return;
    const timer = setTimeout(() => child.kill("SIGKILL"), usual * part);
    child.once("exit", () => clearTimeout(timer));
  };
  const run = await machine.run([...lines[command], "--no-input"], `${where} at ${part.toFixed(3)}`, {
    input: writesKey ? keys.new : "",
    during: killLater,
  });
  return run.signal === "SIGKILL" ? undefined : run.ms;
}

async function prepare({ machine, random, command, keys, where }: Attempt, attack: Attack): Promise<void> {
  const stored = await machine.run(["init", "--with-key", "--no-verify", "--no-input"], where, {
    input: keys.old,
  });
  attack.report.expect(stored.code === 0, "exit", `${where}: the first init ended with ${stored.code}`);
  if (command !== "rotate" || random.chance(0.5)) return;
  writeFileSync(join(machine.project, ".env"), otherLine);
  const pushed = await machine.run(["push", "dotenv:.env", "--no-input"], where);
  attack.report.expect(pushed.code === 0, "exit", `${where}: the first push ended with ${pushed.code}`);
}

/** What has to hold after a kill, and after the next commands. */
async function lookAtRemains(attempt: Attempt, attack: Attack, revoke: (key: string) => void): Promise<void> {
  const { machine, command, keys, where } = attempt;
  const { report } = attack;
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
    `${where}: get ended with ${got.code}${got.key === undefined ? "" : " and another key"}`,
  );
  await lookAtStatus(attempt, attack, got.key);

  switch (command) {
    case "init": {
      const again = await machine.run(["init", "--with-key", "--yes", "--no-input"], where, {
        input: keys.new,
      });
      report.expect(again.code === 0, "exit", `${where}: the next init ended with ${again.code}`);
      await expectEnd(attempt, attack, keys.new);
      break;
    }
    // To replace a stored key is a rotation.
    case "init again":
    case "rotate":
      await endRotation(attempt, attack, revoke);
      break;
    case "push": {
      for (const file of dotenvFiles) expectWhole(attempt, attack, file, [undefined, keys.old]);
      const again = await machine.run([...lines.push, "--no-input"], where);
      report.expect(again.code === 0, "exit", `${where}: the next push ended with ${again.code}`);
      for (const file of dotenvFiles) expectWhole(attempt, attack, file, [keys.old]);
      await expectEnd(attempt, attack, keys.old);
      break;
    }
    case "remove": {
      const again = await machine.run([...lines.remove, "--no-input"], where);
      report.expect(
        again.code === 0 || again.code === 3,
        "exit",
        `${where}: the next remove ended with ${again.code}`,
      );
      await expectEnd(attempt, attack, undefined);
    }
  }
}

/** A file that is being changed has its new content beside it for a moment, which the next run removes. */
function leftovers({ machine, command }: Attempt): readonly string[] {
  if (command !== "push" && command !== "rotate") return [];
  return machine
    .projectFiles()
    .filter((file) => file.endsWith(".tmp"))
    .map((file) => join("project", file));
}

async function lookAtStatus(
  { machine, where }: Attempt,
  { report }: Attack,
  key: string | undefined,
): Promise<void> {
  const status = await machine.run(["status", "--json", "--no-input"], where);
  report.expect(status.code === 0, "exit", `${where}: status ended with ${status.code}`);
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

async function endRotation(attempt: Attempt, attack: Attack, revoke: (key: string) => void): Promise<void> {
  const { machine, random, keys, where } = attempt;
  const { report } = attack;
  const held = await machine.slots();
  if (machine.journals().length === 0) {
    await expectEnd(attempt, attack, keys.old);
  } else if (random.chance(0.5)) {
    const back = await machine.run(["rotate", "--abort", "--yes", "--no-input"], where);
    report.expect(back.code === 0, "exit", `${where}: rotate --abort ended with ${back.code}`);
    await expectEnd(attempt, attack, keys.old);
  } else {
    const staged = Object.keys(held).length > 1;
    if (staged) {
      const alive = await machine.run(["rotate", "--finish", "--no-input"], where);
      report.expect(
        alive.code === 9,
        "exit",
        `${where}: rotate --finish with the old key alive ended with ${alive.code}`,
      );
      revoke(keys.old);
    }
    const end = await machine.run(["rotate", "--finish", "--no-input"], where);
    report.expect(end.code === (staged ? 0 : 9), "exit", `${where}: rotate --finish ended with ${end.code}`);
    await expectEnd(attempt, attack, staged ? keys.new : keys.old);
  }
}

/** One key in use and nothing beside it, or nothing at all. */
async function expectEnd(attempt: Attempt, attack: Attack, key: string | undefined): Promise<void> {
  const { machine, where } = attempt;
  const { report } = attack;
  const got = await machine.get(where);
  report.expect(
    got.key === key,
    "loss",
    `${where}: at the end get ended with ${got.code}${got.key === undefined ? "" : " and another key"}`,
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
  { machine, where }: Attempt,
  { report }: Attack,
  file: string,
  keys: readonly (string | undefined)[],
): void {
  const text = readFileSync(join(machine.project, file), "utf8");
  const whole = keys.map((key) => (key === undefined ? otherLine : `${otherLine}MISTRAL_API_KEY=${key}\n`));
  report.expect(whole.includes(text), "loss", `${where}: ${file} is neither as before nor as it should be`);
}
