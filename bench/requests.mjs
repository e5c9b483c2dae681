// Compares calls to Mistral with the same calls made by others, on the loopback API of the tests.
import { startKeyringAndApi } from "./prepare.mjs";
import { milliseconds, ratio, section } from "./table.mjs";

/**
 * @param {object} about
 * @param {string} about.program the installed command
 * @param {Record<string, string | undefined>} about.env its variables, with a stored key
 * @param {string} about.key that key
 * @param {(what: string, cases: object[]) => Promise<Map<string, number[]>>} about.measure
 * @returns {Promise<string[]>} sections of the report
 */
export async function requesting(about) {
  return [await verifying(about), await asking(about)];
}

/** Compares `verify` with the same three requests, made by curl one after the other. */
async function verifying({ program, env, key, measure }) {
  const rows = [];
  for (const delay of [0, 250]) {
    const api = delay === 0 ? undefined : await startKeyringAndApi(key, delay);
    try {
      const url = (api?.env ?? env).MISTRAL_KEY_SERVER_URL;
      const verify = {
        name: "verify",
        file: process.execPath,
        args: [program, "verify"],
        env: { ...env, MISTRAL_KEY_SERVER_URL: url },
      };
      const curl = { name: "curl", file: "sh", args: ["-c", sameRequests(url, key)] };
      const times = await measure(`checking a key, answered after ${delay} ms`, [verify, curl]);
      const [ours, theirs] = [Math.min(...times.get("verify")), Math.min(...times.get("curl"))];
      rows.push([
        delay === 0 ? "at once" : `after ${delay} ms`,
        milliseconds(ours),
        milliseconds(theirs),
        `${(ours - theirs).toFixed(0)} ms`,
        delay === 0 ? "+200 ms" : "",
        ratio(ours, theirs),
        delay === 0 ? "" : "1.00",
      ]);
    } finally {
      await api?.stop();
    }
  }
  const head = ["the API answers", "`verify`, best", "3 × `curl`, best", "difference", "at most"];
  return section("Checking a key", [...head, "ratio", "at most"], rows);
}

/** Compares `models` and `limits` with commands that make the same calls. */
async function asking({ program, env, measure }) {
  const of = (...args) => ({ name: args.join(" "), file: process.execPath, args: [program, ...args], env });
  const pairs = [
    [of("models"), of("verify", "--quick")],
    [of("limits"), of("verify")],
  ];
  const times = await measure("asking for models and limits", pairs.flat());
  const rows = pairs.map((pair) => {
    const [ours, other] = pair.map(({ name }) => Math.min(...times.get(name)));
    const names = pair.map(({ name }) => `\`${name}\``);
    return [
      names[0],
      names[1],
      milliseconds(ours),
      milliseconds(other),
      `${(ours - other).toFixed(0)} ms`,
      "+20 ms",
    ];
  });
  const head = ["command", "with the same calls", "best", "best of the other", "difference", "at most"];
  return section("Models and limits", head, rows);
}

function sameRequests(url, key) {
  const bearer = `-H 'Authorization: Bearer ${key}'`;
  const body = `{"model":"mistral-small-latest","max_tokens":1,"messages":[{"role":"user","content":"Hi"}]}`;
  return [
    `curl -sf ${bearer} ${url}/v1/models`,
    `curl -sf ${bearer} -H 'Content-Type: application/json' -d '${body}' ${url}/v1/chat/completions`,
    `curl -sf -H 'x-api-key: ${key}' ${url}/v1/users/me`,
  ].join(" && ");
}
