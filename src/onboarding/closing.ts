import { commandFor, runCommand } from "../hints.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import type { Output } from "../terminal/output/output.ts";

/**
 * Prints the commands to try next.
 *
 * @param throughNpx - whether the program was started by npx, and its name alone is no command yet
 */
export function printNextCommands(output: Output, profile: ProfileName, throughNpx: boolean): void {
  const { theme } = output;
  const start = throughNpx ? "npx " : "";
  const command = (text: string) => theme.strong(start + commandFor(profile, text));
  output.print();
  output.rows([
    { label: theme.faint("Use it now"), value: theme.strong(start + runCommand(profile)) },
    { label: theme.faint("Check it later"), value: command("verify") },
    { label: theme.faint("Before it ends"), value: command("rotate") },
  ]);
}
