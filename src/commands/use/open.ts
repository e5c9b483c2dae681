import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { consolePages } from "../../mistral/console-pages.ts";

/**
 * Opens a page of Mistral's console. The address is always printed: as a note if a browser opens, as the
 * answer if not.
 */
export async function open({ args, flags }: CommandInput, deps: Deps): Promise<undefined> {
  // The parser lets nothing else in.
  const page = (args[0] ?? "keys") as keyof typeof consolePages;
  const { output } = deps;
  const url = consolePages[page];
  const opened = await deps.openPage(url);
  if (flags.on("json")) output.json({ page, url, opened });
  else if (opened) output.paragraph(`Opening ${output.theme.link(url)} in your browser.`, 0);
  else {
    if (!flags.off("browser")) output.paragraph("No browser can be opened from here. The page is at:", 0);
    output.answer(`${url}\n`);
  }
}
