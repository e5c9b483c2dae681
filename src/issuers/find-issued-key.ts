import { MistralKeyError } from "../errors.ts";
import type { AdminApi } from "./admin-api.ts";
import type { IssuedKey } from "./issued-key.ts";

/** What is known of a key to find in Mistral's list. */
export interface WantedKey {
  readonly mask: string;
  /** Its name at Mistral; `null` if not known. */
  readonly name: string | null;
}

/**
 * Finds the only row of Mistral's list that matches a key, by what it shows of the key and by its name.
 *
 * @throws MistralKeyError of kind `usage` if none or several match, or as the issuer does
 */
export async function findIssuedKey(issuer: AdminApi, { mask, name }: WantedKey): Promise<IssuedKey> {
  const tail = mask.slice(-4);
  const shapeOf = (shown: string) => shown.replace(/[^A-Za-z0-9]+/g, "...");
  const shapes = [mask, `...${tail}`, tail].map(shapeOf);
  const fits = (row: IssuedKey) =>
    (row.name === null || name === null || row.name === name) && shapes.includes(shapeOf(row.hiddenKey));
  const rows = (await issuer.list(tail)).filter(fits);
  const [row] = rows;
  if (row !== undefined && rows.length === 1) return row;
  const key = `the key ${mask}${name === null ? "" : ` called "${name}"`}`;
  if (rows.length > 1) {
    throw new MistralKeyError("usage", `The Admin API lists ${rows.length} keys that may be ${key}.`);
  }
  throw new MistralKeyError("usage", `The Admin API does not list ${key}.`, {
    hint: "It may have been deleted or renamed there, have expired, or belong to a different organization than the Admin API key.",
  });
}
