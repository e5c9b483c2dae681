import type { Diagnosis } from "../../src/exit-codes.ts";
import { ApiKey } from "../../src/keys/api-key.ts";
import { parseProfileName } from "../../src/keys/profile-name.ts";
import type { Profile } from "../../src/profiles/profile.ts";
import { storeKey } from "../rotation/stored-key.ts";
import type { TestDeps } from "../support/deps.ts";

const profiles: readonly (readonly [
  name: string,
  expiresAt: string | null | undefined,
  lastDiagnosis: Diagnosis | null,
  workspace: string | null,
])[] = [
  ["default", "2027-02-21", "valid", "Research"],
  ["work", "2026-09-03", "valid", "Research"],
  ["home", null, "valid", "Home"],
  ["customer-with-a-very-long-name-that-somebody-typed-in-full", "2026-09-12", "valid", "Customer"],
  ["staging", "2026-12-01", "rate-limited", "An exceedingly long name of a workspace"],
  ["production", "2026-12-24", "no-plan", "研究室の実験用ワークスペース"],
  ["old", "2026-08-20", "expired", "Research"],
  ["gone", "2027-05-05", "invalid-key", "Research"],
  ["fresh", undefined, null, null],
  ["imported", undefined, "valid", null],
  ["ci", "2026-10-01", "valid", "Build machines"],
  ["demo", "2026-09-01", "over-capacity", "Home"],
];

/** Stores twelve keys of every fate, one of them delivered to three targets. */
export async function storeTwelve(deps: TestDeps): Promise<void> {
  for (const [index, [name, expiresAt, lastDiagnosis, workspace]] of profiles.entries()) {
    const stored = await storeKey(deps, {
      name: parseProfileName(name),
      key: ApiKey.of(`key${String(index).padStart(2, "0")}xyz`.repeat(4)),
      lastDiagnosis,
      storeName: "GNOME Keyring",
      identity: { email: "ada@example.com", workspace, organization: null, keyName: null },
      ...(name === "work" && {
        targets: [
          { target: "dotenv:/home/ada/app/.env", since: "2026-08-01T00:00:00.000Z" },
          { target: "llm", since: null },
          { target: "github:ada/engine#production", since: null },
        ],
      }),
    });
    const { expiresAt: _, ...rest } = stored;
    const profile: Profile = expiresAt === undefined ? rest : { ...rest, expiresAt };
    deps.profiles.write(profile);
  }
}
