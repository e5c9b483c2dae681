import type { Random } from "./random.ts";
import type { Report } from "./report.ts";
import type { ProcessWatch } from "./watch.ts";

/** What a scenario works with. */
export interface Attack {
  /** How many tries are wanted. */
  readonly count: number;
  readonly report: Report;
  readonly watch: ProcessWatch;
  /** A source of its own for what is done once, by the name of that. */
  random(what: string): Random;
  /** Makes the tries, several at once, each with a source of its own, so that one can be repeated alone. */
  tries(task: (random: Random, where: string, index: number) => Promise<void>): Promise<void>;
}

/** A way to attack the program. */
export interface Scenario {
  readonly name: string;
  /** What it does, for the table. */
  readonly says: string;
  /** How many tries a whole run makes. */
  readonly count: number;
  /** Programs that must be there. */
  readonly needs?: readonly string[];
  run(attack: Attack): Promise<void>;
}
