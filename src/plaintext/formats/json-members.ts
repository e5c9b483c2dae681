import { type JSONPath, type Node, type ParseError, parseTree } from "jsonc-parser";
import { nestsDeeperThan } from "../../files/json-nesting.ts";
import { ApiKey } from "../../keys/api-key.ts";
import { looksLikeKey, namesMistralKey } from "./key-likeness.ts";
import { type Edit, lineAt, NotUnderstood, type Occurrence, type TextFormat } from "./occurrence.ts";

/**
 * What to remove when the text at a path is a Mistral key: 0 its own member, 1 the member whose object holds
 * it. `undefined` when it is no key.
 */
type LevelsUp = (path: JSONPath, parent: Readonly<Record<string, unknown>>) => number | undefined;

/** llm's `keys.json`: `{"mistral": KEY}`; users may name further keys as they like. */
export const llmKeys = jsonMembers("LLM_MISTRAL_KEY", ([name, ...rest]) =>
  rest.length === 0 && typeof name === "string" && /mistral/i.test(name) ? 0 : undefined,
);

/** opencode's `auth.json`: `{"mistral": {"type": "api", "key": KEY}}`. A login is nothing without its key. */
export const opencodeKeys = jsonMembers("MISTRAL_API_KEY", ([provider, member, ...rest]) =>
  rest.length === 0 && provider === "mistral" && member === "key" ? 1 : undefined,
);

/**
 * Mistral Code's `config.json`, derived from Continue's: `{"models": [{"provider": "mistral", "apiKey": KEY}]}`.
 * It is undocumented, so every member that may name a Mistral key counts.
 */
export const mistralCodeKeys = jsonMembers("MISTRAL_API_KEY", (path, parent) => {
  const member = path.at(-1);
  if (typeof member !== "string") return undefined;
  const otherProvider = typeof parent.provider === "string" && parent.provider !== "mistral";
  return (/^api_?key$/i.test(member) && !otherProvider) || namesMistralKey(member) ? 0 : undefined;
});

/**
 * A JSON file, in which comments and trailing commas are allowed.
 *
 * @param variable - passes the key to the tool
 */
function jsonMembers(variable: string, levelsUp: LevelsUp): TextFormat {
  return (text) => {
    // No tool's file is nested deeper, and the parser recurses once per level.
    if (nestsDeeperThan(text, 100)) throw new NotUnderstood("it is nested too deeply");
    const errors: ParseError[] = [];
    const root = parseTree(text, errors, { allowTrailingComma: true });
    if (root === undefined || errors.length > 0) throw new NotUnderstood("it is not valid JSON");
    const found: Occurrence[] = [];
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
        const up = levelsUp(own, parent);
        const taken = up === 1 ? node.parent : property;
        if (up === undefined || taken === undefined) continue;
        found.push({
          key: ApiKey.of(String(value.value)),
          variable,
          line: lineAt(text, value.offset),
          start: value.offset + 1,
          end: value.offset + value.length - 1,
          removal: () => cut(text, taken) ?? "it cannot be removed without changing what is next to it",
        });
      }
    };
    walk(root, []);
    return found;
  };
}

/** Removes a member with its comma; `undefined` when that would remove more, such as a comment. */
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
