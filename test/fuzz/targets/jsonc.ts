import { mistralCodeKeys } from "../../../src/plaintext/formats/json-members.ts";
import { checkFormat } from "../check-format.ts";

/** JSON with comments and trailing commas. */
export function fuzz(data: Buffer): void {
  checkFormat(mistralCodeKeys, data.toString("latin1"));
}
