import { addressOf, type Endpoint } from "../mistral/endpoint.ts";

/**
 * A command that asks a model and prints its answer, for a shell with the key in MISTRAL_API_KEY. It
 * runs JavaScript, since Node.js is installed anyway; curl would expose the key to other processes.
 * Without $, !, % and backslashes, every shell parses it alike.
 *
 * @returns `undefined` when the address or model name, both external, may contain shell syntax
 */
export function callInOneLine(endpoint: Endpoint, model: string): string | undefined {
  const address = addressOf(endpoint);
  if (![address, model].every((text) => /^[\w.:/-]+$/.test(text))) return undefined;
  const headers = "{authorization:'Bearer '+process.env.MISTRAL_API_KEY,'content-type':'application/json'}";
  const body = `JSON.stringify({model:'${model}',messages:[{role:'user',content:'What can you do?'}]})`;
  const call = `fetch('${address}/v1/chat/completions',{method:'POST',headers:${headers},body:${body}})`;
  return `node -e "${call}.then(r=>r.json()).then(r=>console.log(r.choices[0].message.content))"`;
}
