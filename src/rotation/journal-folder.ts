import { join } from "node:path";
import type { Shape } from "../files/shape.ts";
import type { ProfileName } from "../keys/profile-name.ts";
import { readFingerprint, readName, readProfile, readVersion } from "../profiles/profile-document.ts";
import { ProfileFiles } from "../profiles/profile-files.ts";
import type { RotationPlan, RotationRecord, TargetProgress } from "./journal.ts";
import type { RotationStage } from "./stages.ts";
import { bothWays, takenOver, underWay } from "./unfinished.ts";

const stages: Record<RotationStage, true> = {
  switching: true,
  delivering: true,
  retiring: true,
  reverting: true,
};
const holdings: Record<TargetProgress["holds"], true> = { old: true, new: true, either: true };

/** A row of {@link JournalFolder.list}. */
export type ListedRotation =
  | { readonly name: ProfileName; readonly record: RotationRecord }
  | { readonly name: ProfileName; readonly damaged: string };

/** The part of {@link JournalFolder} that flows use. */
export type RotationJournal = Pick<
  JournalFolder,
  "read" | "requireNone" | "begin" | "confirm" | "update" | "end" | "list"
>;

/**
 * Keeps rotations on disk: one `rotations/NAME.json` for each one under way. Creating a record is exclusive, so
 * it is also the lock; another run may take it over, as after a crash. Every change is durable when its method
 * returns.
 */
export class JournalFolder extends ProfileFiles<RotationRecord> {
  #holderOfThisRun: string | undefined;

  /** @param folder - the folder of the program; it need not exist */
  constructor(folder: string) {
    super(join(folder, "rotations"), {
      parse: readRecord,
      nameIn: ({ profile }) => profile,
      adviceFor: (name) => `It holds no key. Both ways go by what is stored.\n${bothWays(name)}`,
    });
  }

  /** Generated on first use: most commands only read. */
  get #holder(): string {
    this.#holderOfThisRun ??= crypto.randomUUID();
    return this.#holderOfThisRun;
  }

  /**
   * Refuses what must not happen during a rotation of a profile.
   *
   * @throws MistralKeyError of kind `unfinished` if one is under way, `store-damaged` if its record is damaged
   */
  requireNone(profile: ProfileName): void {
    if (this.read(profile) !== undefined) throw underWay(profile);
  }

  /**
   * Starts a rotation, at `switching`.
   *
   * @throws MistralKeyError of kind `unfinished` if one is under way
   */
  begin(plan: RotationPlan): RotationRecord {
    const record: RotationRecord = { ...plan, stage: "switching", holder: this.#holder };
    if (!this.create(record)) throw underWay(plan.profile);
    return record;
  }

  /**
   * Checks that no other run has taken over or ended a rotation.
   *
   * @throws MistralKeyError of kind `unfinished` if one has
   */
  confirm(record: RotationRecord): void {
    if (this.read(record.profile)?.holder !== record.holder) throw takenOver(record.profile);
  }

  /**
   * Records changes to a rotation and takes it over for this run; the previous holder's calls then fail.
   *
   * @throws MistralKeyError as {@link confirm} does
   */
  update(record: RotationRecord, changes: Partial<RotationRecord> = {}): RotationRecord {
    this.confirm(record);
    const updated = { ...record, ...changes, holder: this.#holder };
    this.write(updated);
    return updated;
  }

  /** Ends a rotation. Returns whether there was one, readable or not. */
  end(profile: ProfileName): boolean {
    return this.remove(profile);
  }

  list(): readonly ListedRotation[] {
    return this.rows((name, record) => ({ name, record }));
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
