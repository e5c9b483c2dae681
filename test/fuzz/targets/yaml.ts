import { yamlMembers, yamlRules } from "../../../src/plaintext/formats/yaml-members.ts";
import { checkFormat } from "../check-format.ts";

/** YAML files of other tools. */
export function fuzz(data: Buffer): void {
  for (const rule of [yamlRules.continue, yamlRules.aider])
    checkFormat(yamlMembers(rule), data.toString("latin1"));
}
