import type { ApiKey } from "../keys/api-key.ts";
import type { Output } from "../terminal/output/output.ts";
import type { PastedKeyQuestion, Prompts } from "../terminal/prompts/prompts.ts";

/** The answer of a question whose pasted key was kept. */
const kept = Symbol("kept");

/**
 * Prompts at which the user may paste the key before the question for it. A question with its own
 * `onKeyPasted` is answered by it; any other is asked again, and the key is kept for the next question that
 * takes one, so that it never stands in for a later key.
 */
export function keepEarlyKey(prompts: Prompts, output: Output): Prompts {
  let early: ApiKey | undefined;
  const orKeep = async <Value, Pasted>(
    { onKeyPasted }: PastedKeyQuestion<Pasted>,
    ask: (onKeyPasted: (key: ApiKey) => Pasted | typeof kept) => Promise<Value | Pasted | typeof kept>,
  ): Promise<Value | Pasted> => {
    if (early !== undefined && onKeyPasted !== undefined) {
      const key = early;
      early = undefined;
      return onKeyPasted(key);
    }
    const keep = (key: ApiKey): typeof kept => {
      early = key;
      return kept;
    };
    for (;;) {
      const answer = await ask(onKeyPasted ?? keep);
      if (answer !== kept) return answer;
      output.ok("Your key has arrived. This question comes first.");
    }
  };
  return {
    choose: (question) => orKeep(question, (onKeyPasted) => prompts.choose({ ...question, onKeyPasted })),
    confirm: (question) => orKeep(question, (onKeyPasted) => prompts.confirm({ ...question, onKeyPasted })),
    text: (question) => orKeep(question, (onKeyPasted) => prompts.text({ ...question, onKeyPasted })),
    press: (question) => orKeep(question, (onKeyPasted) => prompts.press({ ...question, onKeyPasted })),
    key: async (question) => {
      const key = early;
      early = undefined;
      return key ?? (await prompts.key(question));
    },
    passphrase: (question) => prompts.passphrase(question),
    quietly: (work) => prompts.quietly(work),
  };
}
