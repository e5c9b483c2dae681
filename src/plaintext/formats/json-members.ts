import { isDeepStrictEqual } from "node:util";
import { type JSONPath, type Node, type ParseError, parse, parseTree } from "jsonc-parser";
import { ApiKey } from "../../keys/api-key.ts";
import { looksLikeKey, namesMistralKey } from "./key-likeness.ts";
import { cutMembers, removeAll } from "./members.ts";
import {
  applyEdits,
  type Edit,
  lineAt,
  NotUnderstood,
  type Occurrence,
  type TextFormat,
} from "./occurrence.ts";

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

/** `keys.json` of `llm`: `{"mistral": KEY}`; further keys have names of the person's choice. */
export const llmRule: JsonRule = {
  variable: "LLM_MISTRAL_KEY",
  levelsUp: ([name, ...rest]) =>
    rest.length === 0 && typeof name === "string" && /mistral/i.test(name) ? 0 : undefined,
};

/** `auth.json` of opencode: `{"mistral": {"type": "api", "key": KEY}}`. A login without its key is none. */
export const opencodeRule: JsonRule = {
  variable: "MISTRAL_API_KEY",
  levelsUp: ([provider, member, ...rest]) =>
    rest.length === 0 && provider === "mistral" && member === "key" ? 1 : undefined,
};

/**
 * `config.json` of Mistral Code, which grew out of Continue's: `{"models": [{"provider": "mistral",
 * "apiKey": KEY}]}`. Its makers do not document it, so every member that names a key of Mistral's counts.
 */
export const mistralCodeRule: JsonRule = {
  variable: "MISTRAL_API_KEY",
  levelsUp: (path, parent) => {
    const member = path.at(-1);
    if (typeof member !== "string") return undefined;
    const otherProvider = typeof parent.provider === "string" && parent.provider !== "mistral";
    return (/^api_?key$/i.test(member) && !otherProvider) || namesMistralKey(member) ? 0 : undefined;
  },
};

/** A JSON file, comments and trailing commas allowed, in which a rule tells the keys. */
export function jsonMembers(rule: JsonRule): TextFormat {
  return {
    find: (text) => findMembers(text, rule).map(({ occurrence }) => occurrence),
    takeOut: (text, occurrences) => {
      const wanted = findMembers(text, rule).filter((member) =>
        occurrences.some(({ start }) => start === member.occurrence.start),
      );
      const edits = cut(text, wanted);
      if (edits !== undefined) return { edits, left: [] };
      const reason = "it cannot be taken out without touching what stands beside it";
      return { edits: [], left: wanted.map(({ occurrence }) => ({ occurrence, reason })) };
    },
  };
}

interface Member {
  readonly occurrence: Occurrence;
  /** The member to take out, and the object that it is a member of. */
  readonly property: Node;
  readonly object: Node;
  readonly path: JSONPath;
}

const options = { allowTrailingComma: true };

/** No tool's file is nested deeper, and a parser that calls itself for each level would run out of stack. */
const deepest = 100;

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|\/\/.*|\/\*[\s\S]*?\*\/|[[{\]}]/g)) {
    if (token === "[" || token === "{") depth += 1;
    if (token === "]" || token === "}") depth -= 1;
    if (depth > deepest) return true;
  }
  return false;
}

function findMembers(text: string, rule: JsonRule): readonly Member[] {
  if (isTooDeep(text)) throw new NotUnderstood("it is nested too deeply");
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, options);
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
      if (up === undefined || taken?.parent === undefined) continue;
      members.push({
        occurrence: {
          key: ApiKey.of(String(value.value)),
          variable: rule.variable,
          line: lineAt(text, value.offset),
          start: value.offset + 1,
          end: value.offset + value.length - 1,
        },
        property: taken,
        object: taken.parent,
        path: up === 1 ? own.slice(0, -1) : own,
      });
    }
  };
  walk(root, []);
  return members;
}

function cut(text: string, wanted: readonly Member[]): readonly Edit[] | undefined {
  const edits: Edit[] = [];
  for (const object of new Set(wanted.map((member) => member.object))) {
    const properties = object.children ?? [];
    const spans = properties.map(({ offset, length }) => ({ start: offset, end: offset + length }));
    const inside = { start: object.offset + 1, end: object.offset + object.length - 1 };
    const gone = new Set(
      wanted.filter((member) => member.object === object).map(({ property }) => properties.indexOf(property)),
    );
    const cuts = cutMembers(text, spans, inside, gone);
    if (cuts === undefined) return undefined;
    edits.push(...cuts);
  }
  edits.sort((a, b) => a.start - b.start);
  const after: unknown = parse(applyEdits(text, edits), [], options);
  const expected: unknown = parse(text, [], options);
  removeAll(
    expected,
    wanted.map(({ path }) => path),
  );
  return isDeepStrictEqual(after, expected) ? edits : undefined;
}
