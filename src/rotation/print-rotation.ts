import type { Deps } from "../deps.ts";
import { commandFor } from "../hints.ts";
import { readEnvironmentKey } from "../keys/environment-key.ts";
import { consolePages } from "../mistral/console-pages.ts";
import { hang } from "../terminal/output/layout.ts";
import type { Output } from "../terminal/output/output.ts";
import { verdictOf } from "../verification/verdict.ts";
import type { RotationOutcome } from "./rotation-outcome.ts";

/** Prints how a rotation stands and what is left to do. */
export function printRotation({ output, env }: Pick<Deps, "output" | "env">, outcome: RotationOutcome): void {
  const { theme } = output;
  const { profile, previous, finished } = outcome;
  const say = (symbol: "ok" | "warn" | "fail", text: string) => print(output, theme.symbol[symbol], text);
  output.print();
  say("ok", `The new key ${profile.key} is in use for profile "${profile.name}".`);
  for (const { target, ok, message } of outcome.targets) say(ok ? "ok" : "fail", `${target}: ${message}`);
  const old = `The old key ${previous.mask}${previous.name === null ? "" : ` (${previous.name})`}`;
  if (finished) {
    if (previous.state === "dead") say("ok", `${old} is refused by Mistral and forgotten here.`);
    else
      say(
        "warn",
        `${old} was not kept here any more, so nobody could try it. See that it is gone: ${consolePages.keys}`,
      );
  } else {
    say("warn", `${old} ${whatIsLeft(outcome)}`);
    print(
      output,
      theme.symbol.next,
      `To finish: ${theme.strong(commandFor(profile.name, "rotate --finish"))}`,
    );
  }
  const here = readEnvironmentKey(env);
  if (here.state === "key" && !here.key.equals(outcome.key)) {
    say(
      "warn",
      `MISTRAL_API_KEY in this shell is another key (${here.key.mask}), and apps started here use that one.`,
    );
  }
}

function whatIsLeft({ profile, previous, targets, check }: RotationOutcome): string {
  if (targets.some(({ ok }) => !ok)) return "stays alive until every place has the new one.";
  if (previous.state === "alive") return `still works. Delete it in the console: ${consolePages.keys}`;
  if (check !== undefined && verdictOf(check) === "rejected") {
    return `is kept, because Mistral does not accept the new one either. To see why: ${commandFor(profile.name, "verify")}`;
  }
  return "is kept, because nobody could say whether it still works.";
}

function print(output: Output, symbol: string, text: string): void {
  output.print(hang(`  ${symbol} `, text, Math.min(output.columns, 80)));
}
