import { SdkMistralApi, type SdkMistralApiOptions } from "../../src/mistral/sdk-mistral-api.ts";

/** Mistral's API at a loopback address, through the SDK, with limits for a busy machine and short pauses. */
export function sdkApi(serverUrl: string, options: Partial<SdkMistralApiOptions> = {}): SdkMistralApi {
  return new SdkMistralApi({
    endpoint: { region: "global", serverUrl },
    env: {},
    now: () => new Date("2026-11-23T12:00:00Z"),
    timeoutMs: 20_000,
    pauseMs: 10,
    ...options,
  });
}
