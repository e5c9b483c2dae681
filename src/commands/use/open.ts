import leven from "leven";
import type { CommandInput } from "../../cli/command-types.ts";
import type { Flags } from "../../cli/flags.ts";
import type { Deps } from "../../deps.ts";
import { MistralKeyError } from "../../errors.ts";
import { type ExitCode, exitCodes } from "../../exit-codes.ts";
import { type ConsolePage, consolePages } from "../../mistral/console-pages.ts";

interface OpenOptions {
  readonly page: ConsolePage;
  readonly browser: boolean;
  readonly json: boolean;
}

/**
 * Opens a page of Mistral's console. The address is always printed: as a note where a browser
 * opens, as the answer where none does.
 */
export async function open({ args, flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const { page, browser, json } = readOptions(args, flags);
  const { output } = deps;
  const url = consolePages[page];
  const opened = browser && (await deps.openPage(url));
  if (json) output.json({ page, url, opened });
  else if (opened) output.paragraph(`Opening ${output.theme.link(url)} in your browser.`, 0);
  else {
    if (browser) output.paragraph("No browser can be opened from here. The page is at:", 0);
    output.answer(`${url}\n`);
  }
  return exitCodes.done;
}

function readOptions([page, extra]: readonly string[], flags: Flags): OpenOptions {
  if (extra !== undefined) {
    throw new MistralKeyError("usage", "Only one page can be opened at a time.", { hint: listPages() });
  }
  return { page: readPage(page ?? "keys"), browser: !flags.off("browser"), json: flags.on("json") };
}

function readPage(text: string): ConsolePage {
  const name = text.trim().toLowerCase();
  if (isPage(name)) return name;
  const similar = pages.find(
    (page) => leven(page, name) <= 2 || page.startsWith(name) || name.includes(page),
  );
  throw new MistralKeyError("usage", "There is no page with that name.", {
    hint: similar === undefined ? listPages() : `Did you mean ${similar}? ${listPages()}`,
  });
}

const pages = Object.keys(consolePages);

function isPage(name: string): name is ConsolePage {
  return pages.includes(name);
}

function listPages(): string {
  return `The pages are ${pages.slice(0, -1).join(", ")} and ${pages.at(-1)}.`;
}
