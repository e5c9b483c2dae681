import { inspect } from "node:util";
import { ApiKey } from "../../../src/keys/api-key.ts";
import { newKey } from "../../../src/mistral/mistral-api.ts";
import { explain } from "../../../src/verification/explain.ts";
import { sdkApi } from "../../support/sdk-api.ts";
import { answeringWith } from "../answering-with.ts";
import { assertHarmless, assertKeyless, key } from "../property.ts";

/** Whatever answers a check of a key, byte for byte. */
export async function fuzz(data: Buffer): Promise<void> {
  await answeringWith(data, async (serverUrl) => {
    const lines: string[] = [];
    const api = sdkApi(serverUrl, { timeoutMs: 200, pauseMs: 1, trace: (line) => lines.push(line) });
    const { context, ...check } = await api.checkKey(ApiKey.of(key), { history: newKey, greets: true });
    const { sentence, causes = [], hint } = explain({ ...check, context });
    for (const line of [...lines, sentence, ...causes, hint ?? ""]) assertHarmless(line);
    for (const text of Object.values(check.identity ?? {})) assertHarmless(text ?? "");
    assertKeyless([check, context, lines, sentence, causes, hint]);
    if (inspect(check).length > 20_000) throw new Error("The result grows with the answer.");
  });
}
