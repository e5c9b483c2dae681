import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Every form in which a part of a key could show up somewhere. */
function formsOf(key: string): readonly string[] {
  const bytes = Buffer.from(key);
  const windows = Array.from({ length: Math.max(1, key.length - 11) }, (_, at) => key.slice(at, at + 12));
  // Depending on what precedes it, base64 has a text in one of three forms, complete except at its ends.
  const encoded = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .slice(4, -4),
  );
  const reversed = [...key].reverse().join("");
  const hex = bytes.toString("hex");
  const dumped = hex.replace(/..(?=.)/g, "$& ").slice(0, 47);
  const forms = [...windows, ...encoded, encodeURIComponent(key), hex, dumped, reversed];
  return [...new Set(forms)];
}

/** The forms of some keys that a text holds. */
export function tracesIn(text: string | Buffer, keys: readonly string[]): readonly string[] {
  return keys.flatMap(formsOf).filter((form) => text.includes(form));
}

/** The files below a folder that hold any form of a key, in their contents or their names. */
export function filesHolding(folder: string, keys: readonly string[]): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => {
    if (tracesIn(name, keys).length > 0) return true;
    const path = join(folder, name);
    return lstatSync(path).isFile() && tracesIn(readFileSync(path), keys).length > 0;
  });
}
