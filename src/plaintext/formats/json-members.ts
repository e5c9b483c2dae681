import { type JSONPath, type Node, type ParseError, parseTree } from "jsonc-parser";
import { nestsDeeperThan } from "../../files/json-nesting.ts";
import { ApiKey } from "../../keys/api-key.ts";
import { looksLikeKey, namesMistralKey } from "./key-likeness.ts";
import { type Edit, lineAt, NotUnderstood, type Occurrence, type TextFormat } from "./occurrence.ts";

/** Which member of a tool's file holds the key, and which one goes with it. */
export interface JsonRule {
  /**
   * Whether the text at a path is a Mistral key; if so, how many members from its end are to be
   * taken out with it: 0 only its own, 1 the object that it is in.
   */
  levelsUp(path: JSONPath, parent: Readonly<Record<string, unknown>>): number | undefined;
  /** The variable that stands for the key when the tool is started with it. */
  readonly variable: string;
}

/** The files of tools. */
export const jsonRules = {
  /** `keys.json`: `{"mistral": KEY}`; further keys have names of the person's choice. */
  llm: {
    variable: "LLM_MISTRAL_KEY",
    levelsUp: ([name, ...rest]) =>
      rest.length === 0 && typeof name === "string" && /mistral/i.test(name) ? 0 : undefined,
  },
  /** `auth.json`: `{"mistral": {"type": "api", "key": KEY}}`. A login without its key is none. */
  opencode: {
    variable: "MISTRAL_API_KEY",
    levelsUp: ([provider, member, ...rest]) =>
      rest.length === 0 && provider === "mistral" && member === "key" ? 1 : undefined,
  },
  /**
   * `config.json`, which grew out of Continue's: `{"models": [{"provider": "mistral", "apiKey": KEY}]}`.
   * Its makers do not document it, so every member that names a key of Mistral's counts.
   */
  "mistral-code": {
    variable: "MISTRAL_API_KEY",
    levelsUp: (path, parent) => {
      const member = path.at(-1);
      if (typeof member !== "string") return undefined;
      const otherProvider = typeof parent.provider === "string" && parent.provider !== "mistral";
      return (/^api_?key$/i.test(member) && !otherProvider) || namesMistralKey(member) ? 0 : undefined;
    },
  },
} satisfies Record<string, JsonRule>;

/** A JSON file, comments and trailing commas allowed, in which a rule tells the keys. */
export function jsonMembers(rule: JsonRule): TextFormat {
  return {
    find: (text) => findMembers(text, rule).map(({ occurrence }) => occurrence),
    takeOut: (text, occurrences) => {
      const edits: Edit[] = [];
      const left: { occurrence: Occurrence; reason: string }[] = [];
      for (const { occurrence, property } of findMembers(text, rule)) {
        if (!occurrences.some(({ start }) => start === occurrence.start)) continue;
        const edit = cut(text, property);
        if (edit !== undefined && edit.start >= (edits.at(-1)?.end ?? 0)) edits.push(edit);
        else left.push({ occurrence, reason: "it cannot be taken out without changing what is next to it" });
      }
      return { edits, left };
    },
  };
}

interface Member {
  readonly occurrence: Occurrence;
  /** What is to be taken out. */
  readonly property: Node;
}

/** No tool's file is nested deeper, and the parser calls itself for each level. */
const deepest = 100;

function findMembers(text: string, rule: JsonRule): readonly Member[] {
  if (nestsDeeperThan(text, deepest)) throw new NotUnderstood("it is nested too deeply");
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  if (root === undefined || errors.length > 0) throw new NotUnderstood("it is not valid JSON");
  const members: Member[] = [];
  const walk = (node: Node, path: JSONPath): void => {
    if (node.type === "array") node.children?.forEach((child, index) => void walk(child, [...path, index]));
    if (node.type !== "object") return;
    const parent = Object.fromEntries(
      (node.children ?? []).map(({ children }) => [String(children?.[0]?.value), children?.[1]?.value]),
    );
    for (const property of node.children ?? []) {
      const [name, value] = property.children ?? [];
      if (name === undefined || value === undefined) continue;
      const own = [...path, String(name.value)];
      walk(value, own);
      if (value.type !== "string" || !looksLikeKey(String(value.value))) continue;
      const up = rule.levelsUp(own, parent);
      const taken = up === 1 ? node.parent : property;
      if (up === undefined || taken === undefined) continue;
      const span = { start: value.offset + 1, end: value.offset + value.length - 1 };
      const key = ApiKey.of(String(value.value));
      members.push({
        occurrence: { key, variable: rule.variable, line: lineAt(text, value.offset), ...span },
        property: taken,
      });
    }
  };
  walk(root, []);
  return members;
}

/** Takes a member out with its comma; `undefined` where something else, a comment say, would go with it. */
function cut(text: string, property: Node): Edit | undefined {
  const object = property.parent;
  const members = object?.children ?? [];
  const index = members.indexOf(property);
  const [before, after] = [members[index - 1], members[index + 1]];
  if (object === undefined) return undefined;
  const start = after || !before ? property.offset : endOf(before);
  const end = after ? after.offset : endOf(property);
  const beside = text.slice(start, property.offset) + text.slice(endOf(property), end);
  return /^[\s,]*$/.test(beside) ? { start, end, text: "" } : undefined;
}

function endOf({ offset, length }: Node): number {
  return offset + length;
}
