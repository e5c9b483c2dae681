import xterm from "@xterm/headless";

/** The colours and styles that the program itself may send. */
const ownStyle = /^(?:0|[124]|22|24|3[1-3]|39|38;5;208|38;2;250;82;15)?$/;

/**
 * What a text does to a terminal besides showing characters: every control sequence and control
 * character, as a terminal's own parser finds them. Our styles, links and newlines do not count.
 */
export async function terminalEffects(text: string): Promise<readonly string[]> {
  const terminal = new xterm.Terminal({ cols: 200, rows: 50, allowProposedApi: true, convertEol: true });
  const { parser } = terminal;
  const effects: string[] = [];
  const note = (effect: string) => {
    effects.push(effect);
    return false;
  };
  const finals = Array.from({ length: 0x7f - 0x40 }, (_, index) => String.fromCharCode(0x40 + index));
  const prefixes = [undefined, "?", ">", "=", "<"];
  for (const final of finals) {
    for (const prefix of prefixes) {
      const id = { final, ...(prefix !== undefined && { prefix }) };
      parser.registerCsiHandler(id, (params) => {
        if (final === "m" && prefix === undefined && ownStyle.test(params.join(";"))) return false;
        return note(`CSI ${prefix ?? ""}${params.join(";")}${final}`);
      });
      parser.registerDcsHandler(id, () => note(`DCS ${final}`));
    }
    if (!/[[\]PX^_\\]/.test(final)) parser.registerEscHandler({ final }, () => note(`ESC ${final}`));
  }
  for (let number = 0; number < 2000; number += 1) {
    parser.registerOscHandler(number, (data) => {
      const ownLink = number === 8 && /^;(?:https?:\/\/[!-~]*)?$/.test(data);
      return ownLink ? false : note(`OSC ${number};${data}`);
    });
  }
  await new Promise<void>((resolve) => terminal.write(text, resolve));
  terminal.dispose();
  // Also control characters outside sequences, and characters that reorder text or are invisible, but not
  // those that join letters or emoji of other scripts.
  const rest = text.replace(/\x1b\[[0-9;]*m|\x1b\]8;;[!-~]*\x07/g, "");
  for (const [character] of rest.matchAll(
    /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]|(?<![^\x00-\x7f])[\u200c\u200d]/g,
  )) {
    note(`U+${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
  }
  return effects;
}
