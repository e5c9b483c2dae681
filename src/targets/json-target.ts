import { applyEdits, modify, type ParseError, parse } from "jsonc-parser";
import { MistralKeyError } from "../errors.ts";
import { nestsDeeperThan } from "../files/json-nesting.ts";
import { createMissing, replaceFile } from "../files/replace-file.ts";
import { inPlaceOf, readTextFile } from "../files/text-file.ts";
import type { Target } from "./target.ts";

/** No settings file of a tool is nested deeper. */
const deepest = 100;
const formattingOptions = { insertSpaces: true, tabSize: 2, eol: "\n" };
const member = "mistral";

/**
 * The member `mistral` of a tool's JSON file: the key, or an object with the key as its `key`. The rest of
 * the file stays as it is, comments included.
 *
 * @param words - the target's words
 * @param beside - the other members of such an object; `undefined` for the key alone
 */
export function openJson(path: string, words: string, beside?: Readonly<Record<string, string>>): Target {
  const refused = (reason: string) => new MistralKeyError("usage", `${words} was left as it is: ${reason}.`);
  const readFile = async () => {
    const reading = await readTextFile(path);
    if (reading.state === "unread") throw refused(reading.reason);
    const reason = reading.state === "absent" ? inPlaceOf(path) : undefined;
    if (reason !== undefined) throw refused(reason);
    const file = reading.state === "absent" ? undefined : reading.file;
    const text = file === undefined || file.text.trim() === "" ? "{}\n" : file.text;
    const errors: ParseError[] = [];
    const deep = nestsDeeperThan(text, deepest);
    const content: unknown = deep ? undefined : parse(text, errors, { allowTrailingComma: true });
    if (errors.length > 0 || typeof content !== "object" || content === null || Array.isArray(content)) {
      throw refused("it is not the JSON that it should be");
    }
    return { file, text, held: (content as Readonly<Record<string, unknown>>)[member] };
  };
  const readKey = async () => {
    const { held } = await readFile();
    const key = beside === undefined ? held : (held as { readonly key?: unknown } | null | undefined)?.key;
    return typeof key === "string" ? key : "";
  };
  const change = async (value: unknown) => {
    const { file, text } = await readFile();
    const changed = applyEdits(text, modify(text, [member], value, { formattingOptions }));
    const content = Buffer.from((file?.mark ?? "") + changed, "latin1");
    const replacement =
      file === undefined
        ? createMissing(path, content)
        : await replaceFile(file, content, { mode: file.mode & 0o600 });
    if (replacement.outcome === "untouched") throw refused(replacement.reason);
  };
  return {
    words,
    check: readFile,
    deliver: (key) => change(beside === undefined ? key.reveal() : { ...beside, key: key.reveal() }),
    read: async () => [await readKey()],
    remove: async () => {
      await change(undefined);
      return (await readKey()) === ""
        ? `The key was removed from ${words}; an earlier value is not restored.`
        : `The key is still in ${words}, a second time; remove it yourself.`;
    },
  };
}
