import type { Deps } from "../deps.ts";
import { expected } from "../errors.ts";
import { dayAfter, type Expiry, formatDay, parseExpiry } from "../keys/expiry.ts";
import type { Choice } from "../terminal/prompts/prompts.ts";

type Answer = Expiry | "date" | "unknown";

const never: Choice<Answer> = { value: null, name: "Never" };
const unknown: Choice<Answer> = { value: "unknown", name: "I do not know", description: "no reminders then" };

/**
 * Asks when a key expires.
 *
 * @param options.justMade - whether the user just chose the date; for an older key they have to look it
 *   up in the console
 * @returns `undefined` when the user does not know
 * @throws Cancelled
 */
export async function askExpiry(
  deps: Deps,
  { justMade }: { readonly justMade: boolean },
): Promise<Expiry | undefined> {
  const prompts = await deps.prompts();
  const chosen = await prompts.choose<Answer>(
    justMade
      ? {
          message: "Which expiration did you choose?",
          choices: [
            ...[30, 90, 180, 365].map((days) => inDays(days, deps.now())),
            { value: "date", name: "Another date" },
            never,
            unknown,
          ],
          initial: dayAfter(90, deps.now()),
        }
      : {
          message: "When does it expire? The console shows it.",
          choices: [unknown, { value: "date", name: "On a date" }, never],
        },
  );
  if (chosen === "unknown") return undefined;
  return chosen === "date" ? await askDay(deps) : chosen;
}

function inDays(days: number, now: Date): Choice<Answer> {
  const day = dayAfter(days, now);
  return { value: day, name: `${days} days`, description: formatDay(day) };
}

async function askDay({ prompts, now }: Deps): Promise<Expiry> {
  const text = await (await prompts()).text({
    message: "Its last day",
    example: `such as ${formatDay(dayAfter(90, now()))}`,
    day: { first: dayAfter(0, now()), initial: dayAfter(90, now()) },
    check: (entered) => reasonAgainst(() => parseExpiry(entered, now())),
  });
  return parseExpiry(text, now());
}

/** The reason why `read` throws, in sentences; `undefined` when it does not. */
export function reasonAgainst(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return expected(error).inOneLine;
  }
}
