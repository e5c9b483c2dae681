import type { CommandInput } from "../../cli/command-types.ts";
import type { Deps } from "../../deps.ts";
import { type ExitCode, exitCodes } from "../../exit-codes.ts";
import { readSettings } from "../../settings.ts";
import { statusDocument } from "../../status/status-document.ts";
import { statusText } from "../../status/status-text.ts";
import { survey } from "../../status/survey.ts";
import { createTheme } from "../../terminal/output/theme.ts";

/** Shows every profile and the key an app started here would use. Asks neither Mistral nor the store. */
export async function status({ flags }: CommandInput, deps: Deps): Promise<ExitCode> {
  const { profile, json } = readSettings(flags, deps);
  // The variable only chooses among the profiles; the flag asks for one.
  const only = flags.value("profile") === undefined ? undefined : profile;
  const found = survey(deps, { selected: profile, only });
  if (json) {
    deps.output.json(statusDocument(found));
    return exitCodes.done;
  }
  const { columns, theme } = deps.output;
  // The theme is made for stderr; a file or a pipe on stdout gets no colours.
  const page = {
    columns,
    theme: deps.stdoutIsTerminal ? theme : createTheme({ ...theme, colorLevel: 0, hyperlinks: false }),
  };
  deps.output.answer(`${statusText(found, page).join("\n")}\n`);
  return exitCodes.done;
}
