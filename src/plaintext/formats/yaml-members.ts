import { isDeepStrictEqual } from "node:util";
import {
  type Document,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { ApiKey } from "../../keys/api-key.ts";
import { isKeyUnder, looksLikeKey } from "./key-likeness.ts";
import { cutMembers, type MemberPath, removeAll, type Span } from "./members.ts";
import {
  applyEdits,
  type Edit,
  lineAt,
  NotUnderstood,
  type Occurrence,
  type TakeOut,
  type TextFormat,
} from "./occurrence.ts";

/** Which entry of a tool's YAML file holds a key. */
export interface YamlRule {
  /**
   * The part of a text that is the key, as offsets into it, and its variable; `undefined` when it
   * is none.
   *
   * @param name - the name of the entry that the text, or the list it is in, belongs to
   * @param entry - tells the texts that stand beside it
   */
  keyIn(
    name: string,
    text: string,
    entry: (name: string) => unknown,
  ): { readonly from: number; readonly variable: string } | undefined;
}

/** Continue's `config.yaml`: `models: [{provider: mistral, apiKey: KEY}]`. */
export const continueRule: YamlRule = {
  keyIn: (name, text, entry) => {
    const ofMistral = name === "apiKey" && entry("provider") === "mistral" && looksLikeKey(text);
    return ofMistral || isKeyUnder(name, text) ? { from: 0, variable: "MISTRAL_API_KEY" } : undefined;
  },
};

/** aider's `.aider.conf.yml`: `api-key: [mistral=KEY]`, `set-env: [MISTRAL_API_KEY=KEY]`. */
export const aiderRule: YamlRule = {
  keyIn: (name, text) => {
    const at = text.indexOf("=");
    const [left, right] = at === -1 ? [name, text] : [text.slice(0, at), text.slice(at + 1)];
    const listed = (name === "api-key" && left === "mistral") || (name === "set-env" && at !== -1);
    const key = left === "mistral" ? looksLikeKey(right) : isKeyUnder(left, right);
    return key && (listed || at === -1) ? { from: at + 1, variable: "MISTRAL_API_KEY" } : undefined;
  },
};

/** A YAML file in which a rule tells the keys. */
export function yamlMembers(rule: YamlRule): TextFormat {
  return {
    find: (text) => findEntries(text, rule).map(({ occurrence }) => occurrence),
    takeOut: (text, occurrences, comment) => takeOut(text, occurrences, comment, findEntries(text, rule)),
  };
}

function takeOut(
  text: string,
  occurrences: readonly Occurrence[],
  comment: (variable: string) => string,
  found: readonly Entry[],
): TakeOut {
  const edits: Edit[] = [];
  const taken: Entry[] = [];
  const left: { occurrence: Occurrence; reason: string }[] = [];
  for (const entry of found) {
    const { occurrence } = entry;
    if (!occurrences.some(({ start }) => start === occurrence.start)) continue;
    const edit = [cutLines, cutFromFlow]
      .map((way) => way(text, entry, comment(occurrence.variable)))
      .find((cut) => cut !== undefined && leavesTheRest(text, [...edits, cut], [...taken, entry]));
    if (edit === undefined) {
      left.push({ occurrence, reason: "its line cannot be taken out without changing its neighbours" });
    } else {
      edits.push(edit);
      taken.push(entry);
    }
  }
  return { edits, left };
}

interface Entry {
  readonly occurrence: Occurrence;
  readonly map: YAMLMap;
  readonly pair: Pair;
  /** The list that the key is an item of, and which one. */
  readonly item?: { readonly list: YAMLSeq; readonly index: number };
  /** Names and indices from the top to what is to be taken out. */
  readonly path: MemberPath;
}

function parse(text: string): Document {
  return parseDocument(text, { uniqueKeys: false, logLevel: "silent" });
}

function findEntries(text: string, rule: YamlRule): readonly Entry[] {
  const entries: Entry[] = [];
  const look = (place: Omit<Entry, "occurrence">, name: string, node: unknown): void => {
    if (!isScalar(node) || typeof node.value !== "string" || !node.range) return;
    const [start, end] = node.range;
    const beside = (other: string): unknown => place.map.get(other);
    const found = rule.keyIn(name, node.value, beside);
    if (found === undefined) return;
    const value = node.value.slice(found.from);
    const at = text.indexOf(value, start);
    // A key that is folded or written with escapes cannot be pointed at.
    if (at === -1 || at + value.length > end) return;
    const span = { line: lineAt(text, at), start: at, end: at + value.length };
    entries.push({ ...place, occurrence: { key: ApiKey.of(value), variable: found.variable, ...span } });
  };
  const walk = (node: unknown, path: MemberPath): void => {
    if (isSeq(node)) node.items.forEach((item, index) => void walk(item, [...path, index]));
    if (!isMap(node)) return;
    for (const pair of node.items) {
      if (!isPair(pair) || !isScalar(pair.key)) continue;
      const name = String(pair.key.value);
      const own = [...path, name];
      const list = pair.value;
      if (isSeq(list)) {
        list.items.forEach((item, index) => {
          const alone = list.items.length === 1;
          look({ map: node, pair, item: { list, index }, path: alone ? own : [...own, index] }, name, item);
        });
      }
      look({ map: node, pair, path: own }, name, pair.value);
      walk(pair.value, own);
    }
  };
  const document = parse(text);
  const [error] = document.errors;
  if (error !== undefined) {
    const deep = error.code === "RESOURCE_EXHAUSTION";
    throw new NotUnderstood(deep ? "it is nested too deeply" : "it is not valid YAML");
  }
  walk(document.contents, []);
  return entries;
}

/** What goes: an item of a list with others, else the whole entry. */
function spanOf({ pair, item }: Entry): Span | undefined {
  if (item !== undefined && item.list.items.length > 1) return rangeOf(item.list.items[item.index]);
  const key = rangeOf(pair.key);
  const value = rangeOf(pair.value);
  return key === undefined || value === undefined ? undefined : { start: key.start, end: value.end };
}

function rangeOf(node: unknown): Span | undefined {
  const range = typeof node === "object" && node !== null && "range" in node ? node.range : undefined;
  if (!Array.isArray(range)) return undefined;
  const [start, end]: readonly unknown[] = range;
  return typeof start === "number" && typeof end === "number" ? { start, end } : undefined;
}

/** For what stands on lines of its own: the comment takes its place. */
function cutLines(text: string, entry: Entry, comment: string): Edit | undefined {
  const span = spanOf(entry);
  if (span === undefined) return undefined;
  const inList = entry.item !== undefined && entry.item.list.items.length > 1;
  const lineStart = text.lastIndexOf("\n", span.start - 1) + 1;
  const lead = text.slice(lineStart, span.start);
  const fits = inList ? /^[ \t]*-[ \t]+$/.test(lead) : /^[ \t]*(?:-[ \t]+)*$/.test(lead);
  const taken = text.slice(span.start, span.end).trimEnd();
  const end = span.start + taken.length;
  const behind = /^[ \t]*(#[^\r\n]*)?(?=\r?\n|$)/.exec(text.slice(end));
  if (!fits || behind === null || /(?:^|\s)#/.test(taken) || taken.split("\n").length > 2) return undefined;
  const kept = behind[1] === undefined ? "" : ` ${behind[1]}`;
  // A file of comments alone is no mapping, and some programs refuse it.
  const last = entry.map.items.length === 1 && entry.path.length === 1;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  return {
    start: inList ? lineStart + lead.indexOf("-") : span.start,
    end: end + behind[0].length,
    text: `# ${comment}${kept}${last ? `${eol}{}` : ""}`,
  };
}

/** For what stands between brackets, where no comment can be. */
function cutFromFlow(text: string, entry: Entry): Edit | undefined {
  const ofList = entry.item !== undefined && entry.item.list.items.length > 1;
  const collection = ofList ? entry.item?.list : entry.map;
  const whole = rangeOf(collection);
  if (collection?.flow !== true || whole === undefined) return undefined;
  const spans = collection.items.map((item) => {
    if (!isPair(item)) return rangeOf(item);
    const [key, value] = [rangeOf(item.key), rangeOf(item.value)];
    return key === undefined || value === undefined ? undefined : { start: key.start, end: value.end };
  });
  const index = ofList ? entry.item?.index : collection.items.indexOf(entry.pair as never);
  const members = spans.filter((span) => span !== undefined);
  if (index === undefined || members.length !== spans.length) return undefined;
  const inside = { start: whole.start + 1, end: whole.end - 1 };
  const edits = cutMembers(text, members, inside, new Set([index]));
  return edits?.length === 1 ? edits[0] : undefined;
}

/** Reads the file again as it would be: it has to say what it said before, the entries aside. */
function leavesTheRest(text: string, edits: readonly Edit[], taken: readonly Entry[]): boolean {
  const inOrder = edits.every((edit, index) => (edits[index - 1]?.end ?? 0) <= edit.start);
  const after = parse(applyEdits(text, edits));
  if (!inOrder || after.errors.length > 0) return false;
  try {
    const expected: unknown = parse(text).toJS();
    removeAll(
      expected,
      taken.map(({ path }) => path),
    );
    return isDeepStrictEqual(after.toJS(), expected);
  } catch {
    // An alias whose anchor went with the entry.
    return false;
  }
}
