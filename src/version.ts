import { readFileSync } from "node:fs";

/** The version of this package, from its own `package.json`. */
export function packageVersion(): string {
  // One level up both from src/ and from dist/.
  const file = new URL("../package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
  return version;
}
