import { join } from "node:path";
import { MistralKeyError, unlessDamaged } from "../errors.ts";
import { PrivateFolder } from "../files/private-folder.ts";
import { Shape, ShapeError } from "../files/shape.ts";
import { commandFor, ownCommand } from "../hints.ts";
import { type ProfileName, parseProfileName } from "../keys/profile-name.ts";
import type { Profile } from "./profile.ts";
import { newerVersion, profileDocument, readProfile } from "./profile-document.ts";
import type { ListedProfile, ProfileRegistry } from "./profile-registry.ts";

const ending = ".json";
const defaultFile = "default-profile";

/** The profiles on disk: `profiles/NAME.json`, a file for each, and `state/default-profile` with the name of one. */
export class ProfileFolder implements ProfileRegistry {
  readonly #folder: PrivateFolder;
  readonly #state: PrivateFolder;

  /** @param folder - the folder of the program; it need not exist */
  constructor(folder: string) {
    this.#folder = new PrivateFolder(join(folder, "profiles"));
    this.#state = new PrivateFolder(join(folder, "state"));
  }

  read(name: ProfileName): Profile | undefined {
    const file = fileOf(name);
    const text = this.#folder.read(file);
    return text === undefined ? undefined : this.#parse(file, name, text);
  }

  lookalike(name: ProfileName): ProfileName | undefined {
    const lower = name.toLowerCase();
    const found = this.#folder
      .names()
      .map(nameOf)
      .find((other) => other !== undefined && other !== name && other.toLowerCase() === lower);
    return found;
  }

  write(profile: Profile): void {
    // Listed rather than asked for by name, which a file system that ignores case would answer wrongly.
    const other = this.#folder.names().includes(fileOf(profile.name))
      ? undefined
      : this.lookalike(profile.name);
    if (other !== undefined) throw refuseLookalike(profile.name, other);
    this.#folder.write(fileOf(profile.name), `${JSON.stringify(profileDocument(profile), undefined, 2)}\n`);
  }

  remove(name: ProfileName): boolean {
    if (unlessDamaged(() => this.readDefault()) === name) this.writeDefault(undefined);
    return this.#folder.names().includes(fileOf(name)) && this.#folder.remove(fileOf(name));
  }

  list(): readonly ListedProfile[] {
    return this.#folder.readAll(ending).flatMap(([file, content]): ListedProfile[] => {
      const name = nameOf(file);
      if (name === undefined) return [];
      if (content instanceof MistralKeyError) return [{ name, damaged: content.message }];
      try {
        const profile = this.#parse(file, name, content);
        return profile === undefined ? [] : [{ name, profile }];
      } catch (error) {
        if (!(error instanceof MistralKeyError)) throw error;
        return [{ name, damaged: error.message }];
      }
    });
  }

  readDefault(): ProfileName | undefined {
    const text = this.#state.read(defaultFile);
    if (text === undefined) return undefined;
    try {
      return parseProfileName(text.trim());
    } catch (cause) {
      const message = `${this.#state.pathOf(defaultFile)} does not hold the name of a profile.`;
      const hint = `Choose the default anew: ${ownCommand("use NAME")}`;
      throw new MistralKeyError("store-damaged", message, { cause, hint });
    }
  }

  writeDefault(name: ProfileName | undefined): void {
    if (name === undefined) this.#state.remove(defaultFile);
    else this.#state.write(defaultFile, `${name}\n`);
  }

  #parse(file: string, name: ProfileName, text: string): Profile | undefined {
    const path = this.#folder.pathOf(file);
    try {
      const profile = readProfile(Shape.parse(text));
      if (profile.name === name) return profile;
      // A file system that ignores case gives Work.json for work.json.
      if (profile.name.toLowerCase() === name.toLowerCase()) return undefined;
      throw new ShapeError(`it is about another profile, ${profile.name}`);
    } catch (error) {
      if (error instanceof ShapeError) throw damaged(path, name, error);
      throw error;
    }
  }
}

/** Why a profile cannot have a name that differs from another one's only in case. */
export function refuseLookalike(name: ProfileName, other: ProfileName): MistralKeyError {
  return new MistralKeyError(
    "usage",
    `There is a profile called ${other} already; ${name} differs from it only in capital letters.`,
    { hint: `Use -p ${other}, or choose a name that differs in more than that.` },
  );
}

function damaged(path: string, name: ProfileName, error: ShapeError): MistralKeyError {
  if (error.message === newerVersion) {
    return new MistralKeyError("store-damaged", `${path} cannot be read: ${error.message}.`, {
      cause: error,
      hint: "Update mistral-key: npm install --global mistral-key@latest",
    });
  }
  return new MistralKeyError("store-damaged", `${path} is damaged: ${error.message}.`, {
    cause: error,
    hint: `Restore it from a backup, or delete it; this writes it anew: ${commandFor(name, "verify")}\nThe key itself is not in this file.`,
  });
}

function fileOf(name: ProfileName): string {
  return name + ending;
}

function nameOf(file: string): ProfileName | undefined {
  try {
    return file.endsWith(ending) ? parseProfileName(file.slice(0, -ending.length)) : undefined;
  } catch {
    return undefined;
  }
}
