import { MistralKeyError } from "../errors.ts";
import type { IssuedKey, KeyIssuer } from "./key-issuer.ts";

/** What is known here of a key that is looked for in Mistral's list. */
export interface WantedKey {
  readonly mask: string;
  /** The name that Mistral gave for it; `null` where that is not known. */
  readonly name: string | null;
}

/**
 * Finds the one row of Mistral's list that can only be this key's, by what it shows of the key and by its name.
 *
 * @throws MistralKeyError of kind `usage` when there is none or more than one, or as the issuer does
 */
export async function findIssuedKey(issuer: KeyIssuer, wanted: WantedKey): Promise<IssuedKey> {
  const rows = await issuer.list(wanted.mask.slice(-4));
  const [row, ...others] = rows.filter((one) => fits(one, wanted));
  if (row !== undefined && others.length === 0) return row;
  const called = wanted.name === null ? "" : ` called "${wanted.name}"`;
  const key = `the key ${wanted.mask}${called}`;
  if (row === undefined) {
    throw new MistralKeyError("usage", `The Admin API lists no row for ${key}.`, {
      hint: "The Admin API key may belong to another organization than that key.",
    });
  }
  throw new MistralKeyError("usage", `The Admin API lists ${others.length + 1} rows that may be ${key}.`);
}

function fits({ hiddenKey, name }: IssuedKey, wanted: WantedKey): boolean {
  if (name !== null && wanted.name !== null && name !== wanted.name) return false;
  const shown = hiddenKey.split(/[^A-Za-z0-9]+/).filter((part) => part !== "");
  const [head, tail] = shown.length > 1 ? [shown[0], shown.at(-1)] : [undefined, shown[0]];
  const [wantedHead, wantedTail] = [wanted.mask.slice(0, 4), wanted.mask.slice(-4)];
  return tail === wantedTail && (head === undefined || head === wantedHead);
}
