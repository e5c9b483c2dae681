import { setTimeout as delay } from "node:timers/promises";
import { tracesIn } from "../../e2e/key-traces.ts";
import { program } from "../../support/program.ts";
import { type KeyName, openTerminal, type Terminal } from "../../support/terminal.ts";
import { oddText } from "../nonsense.ts";
import type { Random } from "../random.ts";
import type { Scenario } from "../scenario.ts";
import { withStoredKey } from "../stored-key.ts";

const commands = [["init"], ["init", "-p", "other"], ["rotate"], ["import"], ["remove"]];
const names: readonly KeyName[] = [
  ...([
    "enter",
    "enter",
    "enter",
    "space",
    "tab",
    "escape",
    "backspace",
    "up",
    "down",
    "left",
    "right",
  ] as const),
  ...(["home", "end", "delete", "ctrl-u", "ctrl-w", "ctrl-l", "ctrl-a", "ctrl-k"] as const),
];

/** Random keys, pastes and sizes at every question; at the end Ctrl-C. */
export const randomKeys: Scenario = {
  name: "prompts",
  says: "random keys, pastes, control sequences and window sizes at the questions of init, rotate, import and remove; then Ctrl-C, which has to end it",
  count: 60,
  run: (attack) =>
    withStoredKey(attack, async ({ key, api, copy }) => {
      const { report } = attack;
      await attack.tries(async (random, where, index) => {
        const machine = copy();
        const args = commands[index % commands.length] ?? [];
        const line = `${where}, ${args.join(" ")}`;
        const pasted = random.key();
        if (random.chance(0.5)) api.keys.accept(pasted);
        const terminal = openTerminal(process.execPath, [program, ...args], {
          env: { ...machine.env, BROWSER: "none" },
          cwd: machine.project,
        });
        try {
          let ended = false;
          const exited = terminal.exited.then((exit) => {
            ended = true;
            return exit;
          });
          // Before that the terminal itself shows what is typed.
          await Promise.race([exited, terminal.waitFor(/\?|›|Ctrl-C/).catch(() => {})]);
          for (let left = random.whole(5, 40); left > 0 && !ended; left -= 1) {
            pressSomething(random, terminal, pasted);
            report.count("inputs");
            await Promise.race([exited, delay(random.whole(1, 120))]);
          }
          // Once for what is shown, once more for a text that is being entered.
          for (let again = 0; again < 3 && !ended; again += 1) {
            terminal.press("ctrl-c");
            await Promise.race([exited, delay(2500)]);
          }
          report.count("runs");
          report.expect(ended, "hang", `${line}: Ctrl-C does not end it`);
          if (!ended) terminal.hangUp();
          const { code } = await exited;
          report.expect(code !== 1, "crash", `${line}: exited with 1`);
          report.expect([0, 2, 3, 4, 5, 6, 7, 9, 130].includes(code), "exit", `${line}: exited with ${code}`);
          const everything = terminal.everything();
          // Once the program has given it back, the terminal itself shows what is typed again.
          const givenBack = everything.lastIndexOf("\x1b[?2004l");
          const asked = givenBack === -1 ? everything : everything.slice(0, givenBack);
          const shown = [...tracesIn(everything, [key]), ...tracesIn(asked, [pasted])];
          report.expect(shown.length === 0, "leak", `${line}: on the terminal`);
          machine.lookThroughFiles(line);
        } finally {
          await terminal.close();
          machine.remove();
        }
      });
    }),
};

function pressSomething(random: Random, terminal: Terminal, key: string): void {
  switch (random.whole(0, 9)) {
    case 0:
      terminal.paste(key, { bracketed: random.chance(0.7) });
      break;
    case 1:
      terminal.paste(oddText(random, 300), { bracketed: random.chance(0.7) });
      break;
    case 2:
      terminal.type(random.pick(["y", "n", "1", "3", "?", "q", "o", "2026-12-31", "90d"]));
      break;
    case 3:
      // No Ctrl-C, Ctrl-D, Ctrl-Z or Ctrl-\ among them: those have tests of their own.
      terminal.type(oddText(random, 10).replaceAll(/[\x03\x04\x1a\x1c]/g, ""));
      break;
    case 4:
      terminal.type(
        random.pick([
          "\x1b[<0;5;5M",
          "\x1b[I",
          "\x1b[200~",
          "\x1b[201~",
          "\x1b[1;5C",
          "\x1bOP",
          "\x1b[?62;c",
          "\x1b",
        ]),
      );
      break;
    case 5:
      terminal.resize(random.whole(1, 200), random.whole(1, 60));
      break;
    default:
      terminal.press(random.pick(names));
  }
}
