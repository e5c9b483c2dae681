import { aiderKeys, continueKeys } from "../../../src/plaintext/formats/yaml-members.ts";
import { checkFormat } from "../check-format.ts";

/** YAML files of other tools. */
export function fuzz(data: Buffer): void {
  for (const format of [continueKeys, aiderKeys]) checkFormat(format, data.toString("latin1"));
}
