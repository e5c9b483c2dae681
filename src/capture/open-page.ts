import type { Deps } from "../deps.ts";

/** Opens a console page, or prints its address when no browser can be started, or should be. */
export async function openPageAndSay({ openPage, opensPages, output }: Deps, page: string): Promise<void> {
  if (await openPage(page)) output.ok("Opened in your browser. Come back here when you are done.");
  else {
    const link = output.theme.link(page);
    const open = opensPages
      ? `No browser could be started here. Open ${link} on any machine`
      : `Open ${link}`;
    output.warn(`${open}, then come back here.`);
  }
}
