import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { orAtHome } from "../../files/process-context.ts";
import { readSettings } from "../../settings.ts";
import { printStatus, type StatusForm } from "../../status/print-status.ts";
import { statusDocument } from "../../status/status-document.ts";
import { type Survey, survey } from "../../status/survey.ts";
import { findUnlistedKey } from "../../stores/unlisted-key.ts";

/** Shows every profile and the key that apps here would use. Asks only a store, if a profile is missing. */
export async function status({ flags }: CommandInput, deps: Deps): Promise<undefined> {
  const { choice, json } = readSettings(flags, deps);
  const file = flags.value("ics");
  // Only the flag limits the list to one profile, not the variable.
  const found = survey(deps, choice, choice.rule === "flag" ? choice.name : undefined);
  if (file !== undefined || flags.on("ics")) {
    (await import("../../status/calendar.ts")).writeCalendar(file, found, deps);
  } else if (json) deps.output.json(statusDocument(found));
  else if (flags.on("web")) {
    const { onPage } = await import("../../web/on-page.ts");
    await onPage(deps, async (page) => {
      await show(page, found, "cards");
      await (await page.prompts()).press({ keys: [{ press: "enter", does: "close", value: true }] });
    });
  } else await show(deps, found, flags.on("verbose") ? "full" : "short");
}

async function show(deps: Deps, found: Survey, form: StatusForm): Promise<void> {
  const { choice, profiles } = found;
  const listed = profiles.some(({ name }) => name === choice.name);
  const unlisted = listed ? undefined : await findUnlistedKey(deps, choice.name);
  printStatus(deps.output.answers, { ...found, unlisted }, form);
  if (form !== "short") await printApps(deps);
}

/** Prints which key Mistral's SDK, Vibe and `llm` would use here; reads their files. */
async function printApps(deps: Deps): Promise<void> {
  const [{ findKeys }, { describeApps }] = await Promise.all([
    import("../../plaintext/find-keys.ts"),
    import("../../status/app-keys.ts"),
  ]);
  const at = orAtHome(deps.processContext());
  const discovery = await findKeys(at);
  for (const line of describeApps(deps, discovery, at)) deps.output.answers.bullet(line);
}
