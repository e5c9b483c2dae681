import { ApiKey } from "../../../src/keys/api-key.ts";
import { newKey } from "../../../src/mistral/mistral-api.ts";
import { sdkApi } from "../../support/sdk-api.ts";
import { answeringWith } from "../answering-with.ts";
import { assertHarmless, assertKeyless, key } from "../property.ts";

/** Whatever answers a question to a model, byte for byte. */
export async function fuzz(data: Buffer): Promise<void> {
  await answeringWith(data, async (serverUrl) => {
    const api = sdkApi(serverUrl, { timeoutMs: 200, pauseMs: 1, silenceMs: 200 });
    const question = { model: "mistral-small-latest", prompt: "Hi" };
    const result = await api.streamChat(ApiKey.of(key), question, { history: newKey });
    if (!result.ok) return assertKeyless(result);
    let answer = "";
    for await (const event of result.value) {
      if (event.kind === "text") answer += event.text;
      else assertKeyless(event);
    }
    assertKeyless(answer);
    assertHarmless(answer.replaceAll("\t", " "));
  });
}
