import type { Deps } from "../deps.ts";
import { Cancelled } from "../errors.ts";
import { consolePages } from "../mistral/console-pages.ts";
import type { KeyCheck } from "../mistral/mistral-api.ts";
import { drawCard } from "../terminal/output/card.ts";
import { hang } from "../terminal/output/layout.ts";
import type { PressKey } from "../terminal/prompts/prompts.ts";
import { printExplanation } from "../verification/print-verdict.ts";
import type { RotationRecord } from "./journal.ts";
import { lookAtOldKey, type OldKeyLook, refusesBoth } from "./old-key.ts";
import type { KeyPair } from "./rotation-outcome.ts";

type Retiring = Pick<
  Deps,
  "mistral" | "signal" | "output" | "interactive" | "prompts" | "openPage" | "sleep" | "now"
>;

/**
 * Sees the old key to its end: looks whether Mistral still accepts it and, where a person is there,
 * shows which row to delete in the console and goes on looking until it is refused.
 *
 * @param options.browser - whether pages may be opened
 * @param options.check - a check of the new key from a moment ago
 * @returns the last look; not `dead` when nobody is there, when the person wants to do it later, or
 *   when it took too long
 */
export async function retireOldKey(
  deps: Retiring,
  record: RotationRecord,
  keys: KeyPair,
  options: { readonly browser: boolean; readonly check?: KeyCheck | undefined },
): Promise<OldKeyLook> {
  const line = deps.output.progress("Asking Mistral about the old key");
  let look: OldKeyLook;
  try {
    look = await lookAtOldKey(deps, record, keys, options.check);
  } finally {
    line.clear();
  }
  if (look.state === "dead" || !deps.interactive) return look;
  if (refusesBoth(look)) return look;
  if (look.state === "unknown") printExplanation(deps.output, look.oldCheck, "warn");
  showRow(deps, record);
  try {
    if ((await askToDelete(deps, options.browser)) === "later") return look;
    return await watch(deps, record, keys, look);
  } catch (error) {
    // What was seen last is still worth knowing.
    if (error instanceof Cancelled) return look;
    throw error;
  }
}

function showRow({ output }: Retiring, { oldKey }: RotationRecord): void {
  const { theme } = output;
  const columns = Math.min(output.columns, 76);
  output.print();
  output.print(hang("  ", theme.strong("One thing is left: delete the old key at Mistral."), columns));
  output.print(hang("  ", "In API Keys, find this row, open its menu and delete it.", columns));
  output.print();
  const rows = [{ label: "Name", value: oldKey.name ?? "not known here; go by the characters above" }];
  for (const line of drawCard({ title: oldKey.mask, rows }, output)) output.print(line);
  output.print();
  output.print(`  ${theme.link(consolePages.keys)}`);
  output.print();
}

async function askToDelete(deps: Retiring, browser: boolean): Promise<"watch" | "later"> {
  const prompts = await deps.prompts();
  const deleted: PressKey<"watch"> = { press: "enter", does: "I am deleting it", value: "watch" };
  const later: PressKey<"later"> = { press: "l", does: "later", value: "later" };
  if (!browser) return await prompts.press<"watch" | "later">({ keys: [deleted, later] });
  const chosen = await prompts.press<"open" | "watch" | "later">({
    keys: [
      { press: "enter", does: "open in the browser", value: "open" },
      { press: "d", does: "I am deleting it", value: "watch" },
      later,
    ],
  });
  if (chosen !== "open") return chosen;
  if (!(await deps.openPage(consolePages.keys))) {
    const said = "No browser could be started here. Open the address above on any machine.";
    deps.output.print(hang(`  ${deps.output.theme.symbol.warn} `, said, Math.min(deps.output.columns, 76)));
  }
  return "watch";
}

const firstPauseMs = 2_000;
const longestPauseMs = 10_000;
const patienceMs = 10 * 60_000;

/** Calls with the old key, less and less often, until it is refused. */
async function watch(
  deps: Retiring,
  record: RotationRecord,
  keys: KeyPair,
  first: OldKeyLook,
): Promise<OldKeyLook> {
  const prompts = await deps.prompts();
  const end = deps.now().getTime() + patienceMs;
  // Said once where it stays, for terminals that cannot show a line that moves.
  deps.output.print("  Waiting until it is deleted. Ctrl-C leaves that for later.");
  const line = deps.output.progress("Asking Mistral every few seconds");
  try {
    return await prompts.quietly(async () => {
      let look = first;
      for (
        let pause = firstPauseMs;
        deps.now().getTime() < end;
        pause = Math.min(pause * 1.5, longestPauseMs)
      ) {
        await deps.sleep(pause);
        look = await lookAtOldKey(deps, record, keys, look.newCheck);
        if (look.state === "dead" || refusesBoth(look)) break;
      }
      return look;
    });
  } finally {
    line.clear();
  }
}
