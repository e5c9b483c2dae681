import { rmSync } from "node:fs";
import { applyEdits, type JSONPath, modify, type ParseError, parse } from "jsonc-parser";
import { MistralKeyError } from "../errors.ts";
import { createFile } from "../files/durable-writes.ts";
import { reasonOf } from "../files/file-errors.ts";
import { nestsDeeperThan } from "../files/json-nesting.ts";
import { replaceFile } from "../files/replace-file.ts";
import { readTextFile } from "../files/text-file.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { Target } from "./target.ts";

/** A member of a JSON file that holds a key. */
export interface JsonPlace {
  readonly path: string;
  /** See `describe` of the target. */
  readonly words: string;
  /** The member to set, and to take out. */
  readonly member: string;
  /** Where in that member the key is: nowhere deeper, or under these names. */
  readonly within: readonly string[];
  /** What stands beside the key in that member. */
  readonly beside?: Readonly<Record<string, string>>;
}

/** No settings file of a tool is nested deeper. */
const deepest = 100;
const formattingOptions = { insertSpaces: true, tabSize: 2, eol: "\n" };

/** A key in a tool's JSON file. Everything else in the file stays as it is, its comments too. */
export class JsonTarget implements Target {
  readonly #place: JsonPlace;

  constructor(place: JsonPlace) {
    this.#place = place;
  }

  describe(): string {
    return this.#place.words;
  }

  async check(): Promise<void> {
    await this.#read();
  }

  async deliver(key: ApiKey): Promise<void> {
    const { member, within, beside } = this.#place;
    const [name] = within;
    const value = name === undefined ? key.reveal() : { ...beside, [name]: key.reveal() };
    await this.#change([member], value);
  }

  async read(): Promise<string> {
    const { content } = await this.#read();
    let held: unknown = content;
    for (const name of [this.#place.member, ...this.#place.within]) {
      held = typeof held === "object" && held !== null ? (held as Record<string, unknown>)[name] : undefined;
    }
    return typeof held === "string" ? held : "";
  }

  async remove(): Promise<string> {
    await this.#change([this.#place.member], undefined);
    return `The key was taken out of ${this.describe()}; what was there before it is not put back.`;
  }

  async #read() {
    const reading = await readTextFile(this.#place.path);
    if (reading.state === "unread") throw this.#refused(reading.reason);
    if (reading.state === "absent") return { file: undefined, text: "{}\n", content: {} as unknown };
    const { file } = reading;
    const text = file.text.trim() === "" ? "{}\n" : file.text;
    const errors: ParseError[] = [];
    const deep = nestsDeeperThan(text, deepest);
    const content: unknown = deep ? undefined : parse(text, errors, { allowTrailingComma: true });
    if (errors.length > 0 || typeof content !== "object" || content === null || Array.isArray(content)) {
      throw this.#refused("it is not the JSON that it should be");
    }
    return { file, text, content };
  }

  async #change(member: JSONPath, value: unknown): Promise<void> {
    const { file, text } = await this.#read();
    const changed = applyEdits(text, modify(text, member, value, { formattingOptions }));
    const content = Buffer.from((file?.mark ?? "") + changed, "latin1");
    if (file === undefined) return this.#create(content);
    const replacement = await replaceFile(file, content, { mode: file.mode & 0o600 });
    if (replacement.outcome === "untouched") throw this.#refused(replacement.reason);
  }

  #create(content: Buffer): void {
    const { path } = this.#place;
    let isNew: boolean;
    try {
      isNew = createFile(path, content);
    } catch (error) {
      // What is there of it is of no use, and may hold a part of the key.
      rmSync(path, { force: true });
      throw this.#refused(reasonOf(error));
    }
    if (!isNew) throw this.#refused("something else made it meanwhile");
  }

  #refused(reason: string): MistralKeyError {
    return new MistralKeyError("usage", `${this.describe()} was left as it is: ${reason}.`);
  }
}
