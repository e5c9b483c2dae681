import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, isNode, isPair, isScalar, isSeq, parseDocument, visit } from "yaml";
import { ApiKey } from "../../keys/api-key.ts";
import { isKeyUnder, looksLikeKey } from "./key-likeness.ts";
import {
  applyEdits,
  type Edit,
  lineAt,
  NotUnderstood,
  type Occurrence,
  type TextFormat,
} from "./occurrence.ts";

/**
 * The offset at which the key starts in a text; `undefined` when the text is no key.
 *
 * @param name - the name of the entry that holds the text, directly or in a list
 * @param entry - returns a sibling entry's value
 */
type KeyIn = (name: string, text: string, entry: (name: string) => unknown) => number | undefined;

/** Continue's `config.yaml`: `models: [{provider: mistral, apiKey: KEY}]`. */
export const continueKeys = yamlMembers((name, text, entry) => {
  const ofMistral = name === "apiKey" && entry("provider") === "mistral" && looksLikeKey(text);
  return ofMistral || isKeyUnder(name, text) ? 0 : undefined;
});

/** aider's `.aider.conf.yml`: `api-key: [mistral=KEY]`, `set-env: [MISTRAL_API_KEY=KEY]`. */
export const aiderKeys = yamlMembers((name, text) => {
  const at = text.indexOf("=");
  const [left, right] = at === -1 ? [name, text] : [text.slice(0, at), text.slice(at + 1)];
  const listed = (name === "api-key" && left === "mistral") || (name === "set-env" && at !== -1);
  const key = left === "mistral" ? looksLikeKey(right) : isKeyUnder(left, right);
  return key && (listed || at === -1) ? at + 1 : undefined;
});

function yamlMembers(keyIn: KeyIn): TextFormat {
  return (text) =>
    read(text, keyIn).entries.map((entry) => ({
      ...entry.at,
      removal: (comment, before) => {
        const plain = replaceLines(text, entry, comment);
        // aider rejects a file without entries, but accepts `{}`.
        const edits = plain === undefined ? [] : [plain, { ...plain, text: `${plain.text}\n{}` }];
        return (
          edits.find((edit) => leavesTheRest(text, [...before, edit], keyIn)) ??
          "its line cannot be removed without changing its neighbours"
        );
      },
    }));
}

interface Entry {
  readonly at: Omit<Occurrence, "removal">;
  /** What to remove: one item of a list with several, else the whole entry. */
  readonly span: readonly [first: unknown, last: unknown];
  readonly inList: boolean;
  /** Removes it from the parsed document. */
  remove(): void;
}

function parse(text: string): Document {
  return parseDocument(text, { uniqueKeys: false, logLevel: "silent" });
}

function read(text: string, keyIn: KeyIn): { readonly document: Document; readonly entries: Entry[] } {
  const document = parse(text);
  const [error] = document.errors;
  if (error !== undefined) {
    const deep = error.code === "RESOURCE_EXHAUSTION";
    throw new NotUnderstood(deep ? "it is nested too deeply" : "it is not valid YAML");
  }
  const entries: Entry[] = [];
  visit(document, {
    Scalar: (position, node, above) => {
      const { value: whole, range } = node;
      if (position === "key" || typeof whole !== "string" || !range) return;
      const list = above.at(-1);
      const [map, pair] = above.slice(isSeq(list) ? -3 : -2);
      if (!isMap(map) || !isPair(pair) || !isScalar(pair.key)) return;
      const from = keyIn(String(pair.key.value), whole, (beside) => map.get(beside));
      if (from === undefined) return;
      const value = whole.slice(from);
      const start = text.indexOf(value, range[0]);
      const end = start + value.length;
      // A folded or escaped key cannot be located in the text.
      if (start === -1 || end > range[1]) return;
      const line = lineAt(text, start);
      const inList = isSeq(list) && list.items.length > 1;
      entries.push({
        at: { key: ApiKey.of(value), variable: "MISTRAL_API_KEY", line, start, end },
        span: inList ? [node, node] : [pair.key, pair.value],
        inList,
        remove: () => (inList ? list.delete(position) : map.delete(pair.key)),
      });
    },
  });
  return { document, entries };
}

/** Replaces an entry with a comment if it has its lines to itself. */
function replaceLines(text: string, { span, inList }: Entry, comment: string): Edit | undefined {
  const [first, last] = span;
  if (!isNode(first) || !isNode(last) || !first.range || !last.range) return undefined;
  const lead = text.slice(text.lastIndexOf("\n", first.range[0] - 1) + 1, first.range[0]);
  const taken = text.slice(first.range[0], last.range[1]).trimEnd();
  const end = first.range[0] + taken.length;
  const behind = /^[ \t]*(#[^\r\n]*)?(?=\r?\n|$)/.exec(text.slice(end));
  if (!/^[ \t]*(?:-[ \t]+)*$/.test(lead) || behind === null) return undefined;
  if (/(?:^|\s)#/.test(taken) || taken.split("\n").length > 2) return undefined;
  const [all, note] = behind;
  return {
    start: first.range[0] - (inList ? lead.length - lead.lastIndexOf("-") : 0),
    end: end + all.length,
    text: `# ${comment}${note === undefined ? "" : ` ${note}`}`,
  };
}

/** Parses the edited file and compares: only the removed entries may be missing. */
function leavesTheRest(text: string, edits: readonly Edit[], keyIn: KeyIn): boolean {
  const { document, entries } = read(text, keyIn);
  // From the end, so that list positions stay valid.
  for (const { at, remove } of entries.toReversed()) {
    if (edits.some(({ start, end }) => at.start >= start && at.end <= end)) remove();
  }
  const after = parse(applyEdits(text, edits));
  try {
    return after.errors.length === 0 && isDeepStrictEqual(after.toJS(), document.toJS());
  } catch {
    // An alias lost its anchor with the entry.
    return false;
  }
}
