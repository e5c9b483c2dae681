import { addressOf, type Endpoint } from "../mistral/endpoint.ts";
import type { Language } from "./languages.ts";

interface SnippetCall {
  readonly endpoint: Endpoint;
  readonly model: string;
  readonly prompt: string;
}

/** A program that makes one call, with the key from the environment. */
export interface Snippet {
  readonly text: string;
  /** How to start it from a file, for `run`. */
  readonly command: string;
}

/**
 * Write a streamed call as a program that reads the key from `MISTRAL_API_KEY`. The SDKs are those of
 * https://www.npmjs.com/package/@mistralai/mistralai (2.x) and https://pypi.org/project/mistralai (2.x),
 * August 2026.
 */
export const snippets: Readonly<Record<Language, (call: SnippetCall) => Snippet>> = {
  curl: ({ endpoint, model, prompt }) => {
    const body = { model, messages: [{ role: "user", content: prompt }], stream: true };
    return {
      // The key goes through a pipe: every user of the machine can read the arguments of curl.
      text: `printf 'Authorization: Bearer %s' "$MISTRAL_API_KEY" |
  curl --silent --show-error --fail-with-body --no-buffer \\
    --header @- \\
    --header 'Content-Type: application/json' \\
    --data ${quoteForShell(quote(body))} \\
    ${quoteForShell(`${addressOf(endpoint)}/v1/chat/completions`)}
`,
      command: "sh call.sh",
    };
  },
  python: ({ endpoint, model, prompt }) => ({
    text: `# pip install mistralai
import os

from mistralai.client import Mistral

client = Mistral(api_key=os.environ["MISTRAL_API_KEY"]${option("server_url=", endpoint)})
stream = client.chat.stream(
    model=${quote(model)},
    messages=[{"role": "user", "content": ${quote(prompt)}}],
)
for event in stream:
    print(event.data.choices[0].delta.content or "", end="", flush=True)
print()
`,
    command: "python3 call.py",
  }),
  javascript: ({ endpoint, model, prompt }) => ({
    text: `// npm install @mistralai/mistralai
import { Mistral } from "@mistralai/mistralai";

const client = new Mistral({ apiKey: process.env.MISTRAL_API_KEY${option("serverURL: ", endpoint)} });
const stream = await client.chat.stream({
  model: ${quote(model)},
  messages: [{ role: "user", content: ${quote(prompt)} }],
});
for await (const event of stream) {
  process.stdout.write(event.data.choices[0]?.delta.content ?? "");
}
console.log();
`,
    command: "node call.mjs",
  }),
};

/** The option that sets the address, unless it is the SDK's default. */
function option(name: string, endpoint: Endpoint): string {
  const usual = endpoint.region === "global" && endpoint.serverUrl === undefined;
  return usual ? "" : `, ${name}${quote(addressOf(endpoint))}`;
}

/** Quotes for JSON, JavaScript and Python, and escapes all that a terminal would act on. */
function quote(value: unknown): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/(?![\u{10000}-\u{10ffff}])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
}

function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
