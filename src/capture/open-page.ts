import type { Deps } from "../deps.ts";

/** Opens a console page, or prints its address when no browser can be started. */
export async function openPageAndSay({ openPage, output }: Deps, page: string): Promise<void> {
  if (await openPage(page)) output.ok("Opened in your browser. Come back here when you are done.");
  else {
    const link = output.theme.link(page);
    output.warn(`No browser could be started here. Open ${link} on any machine, then come back here.`);
  }
}
