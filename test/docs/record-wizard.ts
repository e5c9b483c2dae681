import { fileURLToPath } from "node:url";
import xterm from "@xterm/headless";
import { choose, pasteKey, screenOf } from "../e2e/wizard.ts";
import { startKeyring } from "../support/keyring.ts";
import { startMistralApi } from "../support/mistral-api.ts";
import { program } from "../support/program.ts";
import { startProxy } from "../support/proxy.ts";
import { openTerminal } from "../support/terminal.ts";
import { makeCertificate } from "../support/tls.ts";

/** A piece of a line in one style. Columns count from 0. */
export interface Run {
  readonly column: number;
  readonly text: string;
  /** `bold`, `dim`, `inverse`, and the color: a number of the palette or `#rrggbb`. */
  readonly style: readonly string[];
}

/** What stands on the screen for a while. */
export interface Frame {
  readonly lines: readonly (readonly Run[])[];
  readonly seconds: number;
}

/** The size of the screen in characters. */
export const screenSize = { columns: 80, rows: 28 };

const key = "testKey0".repeat(4);
const fixedMachine = fileURLToPath(new URL("./fixed-machine.cjs", import.meta.url));

/**
 * Runs `init` as built, in a terminal, with a real keyring, up to a stored key. What it takes for
 * Mistral is a server on this machine, to which a proxy leads.
 */
export async function recordWizard(): Promise<readonly Frame[]> {
  const keyring = await startKeyring({ state: "unlocked" });
  const certificate = await makeCertificate("api.mistral.ai");
  const api = await startMistralApi({ keys: [key], tls: certificate });
  const proxy = await startProxy({ leadsTo: api.port });
  const terminal = openTerminal(process.execPath, ["--require", fixedMachine, program, "init"], {
    cols: screenSize.columns,
    rows: screenSize.rows,
    env: {
      ...keyring.env,
      PATH: "/usr/bin:/bin",
      TZ: "UTC",
      COLORTERM: "truecolor",
      BROWSER: "true",
      HTTPS_PROXY: proxy.url,
      NODE_EXTRA_CA_CERTS: certificate.file,
    },
  });
  const frames: Frame[] = [];
  const show = async (seconds: number) => {
    frames.push({ lines: await linesOf(`$ npx mistral-key init\r\n${terminal.everything()}`), seconds });
  };
  try {
    // What ends each screen, which may arrive in pieces.
    await terminal.waitFor(/Where are you now\?[\s\S]*Enter choose/);
    await show(3);
    await choose(terminal, "Where are you now?", 0);
    for (const step of [1, 2, 4]) {
      await terminal.waitFor(screenOf(step));
      await show(step === 4 ? 5 : 3);
      terminal.type("n");
    }
    await terminal.waitFor(/Which expiration did you choose\?[\s\S]*Enter choose/);
    await show(2);
    await choose(terminal, "Which expiration did you choose?", 0);
    await terminal.waitFor("it stays hidden (b and Enter: back)");
    await show(3);
    await pasteKey(terminal, key);
    await terminal.waitFor("Replace it");
    await terminal.exit();
    await show(7);
  } finally {
    await terminal.close();
    await proxy.stop();
    await api.stop();
    certificate.remove();
    await keyring.stop();
  }
  return frames;
}

/** The screen after a program has written this. */
async function linesOf(written: string): Promise<Frame["lines"]> {
  const { columns: cols, rows } = screenSize;
  const screen = new xterm.Terminal({ cols, rows, scrollback: 1000, allowProposedApi: true });
  await new Promise<void>((resolve) => screen.write(written, resolve));
  const { active } = screen.buffer;
  const lines = Array.from({ length: rows }, (_, row) => runsOf(active, active.viewportY + row));
  screen.dispose();
  return lines;
}

function runsOf(buffer: xterm.IBuffer, row: number): readonly Run[] {
  const runs: { column: number; text: string; style: readonly string[] }[] = [];
  for (let column = 0; column < screenSize.columns; column += 1) {
    const cell = buffer.getLine(row)?.getCell(column);
    if (cell === undefined || cell.getWidth() === 0) continue;
    const style = styleOf(cell);
    const last = runs.at(-1);
    if (last !== undefined && last.style.join() === style.join()) last.text += cell.getChars() || " ";
    else runs.push({ column, text: cell.getChars() || " ", style });
  }
  return runs
    .map((run) => ({ ...run, text: sameTimes(run.text.trimEnd()) }))
    .filter(({ text }) => text !== "");
}

function styleOf(cell: xterm.IBufferCell): readonly string[] {
  const color = cell.getFgColor();
  return [
    ...(cell.isBold() ? ["bold"] : []),
    ...(cell.isDim() ? ["dim"] : []),
    ...(cell.isInverse() ? ["inverse"] : []),
    ...(cell.isFgRGB() ? [`#${color.toString(16).padStart(6, "0")}`] : []),
    ...(cell.isFgPalette() ? [String(color)] : []),
  ];
}

/** How long a call took is another number every time. */
function sameTimes(text: string): string {
  return text.replace(/ *\d+ ms/, (found) => "140 ms".padStart(found.length));
}
