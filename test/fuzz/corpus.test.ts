import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL(".", import.meta.url));
const targets = readdirSync(join(folder, "targets")).map((file) => file.replace(/\.ts$/, ""));

describe("what the fuzzer has found", () => {
  it.each(targets)("is parsed by %s as it should be", async (target) => {
    const { fuzz } = await import(`./targets/${target}.ts`);
    const inputs = readdirSync(join(folder, "corpus", target));
    expect(inputs.length).toBeGreaterThan(0);
    for (const input of inputs) {
      try {
        await fuzz(readFileSync(join(folder, "corpus", target, input)));
      } catch (error) {
        throw new Error(`${target}/${input}`, { cause: error });
      }
    }
  });
});
