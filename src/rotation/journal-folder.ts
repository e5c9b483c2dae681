import { join } from "node:path";
import { MistralKeyError } from "../errors.ts";
import { PrivateFolder } from "../files/private-folder.ts";
import { Shape, ShapeError } from "../files/shape.ts";
import { type ProfileName, parseProfileName } from "../keys/profile-name.ts";
import {
  newerVersion,
  profileDocument,
  readFingerprint,
  readName,
  readProfile,
  readVersion,
} from "../profiles/profile-document.ts";
import type {
  ListedRotation,
  RotationJournal,
  RotationPlan,
  RotationRecord,
  TargetProgress,
} from "./journal.ts";
import type { RotationStage } from "./stages.ts";
import { bothWays, takenOver, underWay } from "./unfinished.ts";

const ending = ".json";
const stages: Record<RotationStage, true> = {
  staging: true,
  switching: true,
  delivering: true,
  retiring: true,
  erasing: true,
  reverting: true,
};
const holdings: Record<TargetProgress["holds"], true> = { old: true, new: true, either: true };

/** The rotations on disk: `rotations/NAME.json`, a file for each one under way. */
export class JournalFolder implements RotationJournal {
  readonly #folder: PrivateFolder;
  #holderOfThisRun: string | undefined;

  /** @param folder - the folder of the program; it need not exist */
  constructor(folder: string) {
    this.#folder = new PrivateFolder(join(folder, "rotations"));
  }

  /** Made when it is first needed: most commands only read. */
  get #holder(): string {
    this.#holderOfThisRun ??= crypto.randomUUID();
    return this.#holderOfThisRun;
  }

  read(profile: ProfileName): RotationRecord | undefined {
    const text = this.#folder.read(fileOf(profile));
    return text === undefined ? undefined : this.#parse(profile, text);
  }

  begin(plan: RotationPlan, stage: RotationStage = "staging"): RotationRecord {
    const record: RotationRecord = { ...plan, stage, holder: this.#holder };
    if (!this.#folder.create(fileOf(plan.profile), textOf(record))) throw underWay(plan.profile);
    return record;
  }

  takeOver(record: RotationRecord): RotationRecord {
    this.confirm(record);
    const taken = { ...record, holder: this.#holder };
    this.#folder.write(fileOf(record.profile), textOf(taken));
    return taken;
  }

  confirm(record: RotationRecord): void {
    const now = this.read(record.profile);
    if (now?.holder !== record.holder || now.startedAt !== record.startedAt) throw takenOver(record.profile);
  }

  update(
    record: RotationRecord,
    changes: Partial<Pick<RotationRecord, "stage" | "targets">>,
  ): RotationRecord {
    this.confirm(record);
    const updated = { ...record, ...changes };
    this.#folder.write(fileOf(record.profile), textOf(updated));
    return updated;
  }

  end(profile: ProfileName): boolean {
    return this.#folder.remove(fileOf(profile));
  }

  list(): readonly ListedRotation[] {
    return this.#folder.readAll(ending).flatMap(([file, content]): ListedRotation[] => {
      const profile = nameOf(file);
      if (profile === undefined) return [];
      if (content instanceof MistralKeyError) return [{ profile, damaged: content.message }];
      try {
        return [{ profile, record: this.#parse(profile, content) }];
      } catch (error) {
        if (!(error instanceof MistralKeyError)) throw error;
        return [{ profile, damaged: error.message }];
      }
    });
  }

  #parse(profile: ProfileName, text: string): RotationRecord {
    try {
      const record = readRecord(Shape.parse(text));
      if (record.profile === profile) return record;
      throw new ShapeError(`it is about another profile, ${record.profile}`);
    } catch (error) {
      if (error instanceof ShapeError) throw damaged(profile, this.#folder.pathOf(fileOf(profile)), error);
      throw error;
    }
  }
}

function readRecord(shape: Shape): RotationRecord {
  const version = readVersion(shape, 1);
  const oldKey = shape.object("oldKey");
  const newKey = shape.object("newKey");
  const before = shape.objectOrNull("before");
  return {
    version,
    profile: readName(shape.text("profile")),
    stage: shape.oneOf("stage", stages),
    holder: shape.text("holder"),
    startedAt: shape.moment("startedAt"),
    oldKey: {
      mask: oldKey.text("mask"),
      name: oldKey.textOrNull("name"),
      fingerprint: readFingerprint(oldKey.object("fingerprint")),
    },
    newKey: { mask: newKey.text("mask"), fingerprint: readFingerprint(newKey.object("fingerprint")) },
    before: before && readProfile(before),
    after: readProfile(shape.object("after")),
    targets: shape.objects("targets").map((target) => ({
      target: target.text("target"),
      holds: target.oneOf("holds", holdings),
    })),
  };
}

function damaged(profile: ProfileName, path: string, error: ShapeError): MistralKeyError {
  const hint =
    error.message === newerVersion
      ? "Update mistral-key: npm install --global mistral-key@latest"
      : `It holds no key. Both ways go by what is stored.\n${bothWays(profile)}`;
  return new MistralKeyError("store-damaged", `${path} cannot be read: ${error.message}.`, {
    cause: error,
    hint,
  });
}

function textOf(record: RotationRecord): string {
  const { before, after } = record;
  const document = { ...record, before: before && profileDocument(before), after: profileDocument(after) };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function fileOf(profile: ProfileName): string {
  return profile + ending;
}

function nameOf(file: string): ProfileName | undefined {
  try {
    return parseProfileName(file.slice(0, -ending.length));
  } catch {
    return undefined;
  }
}
