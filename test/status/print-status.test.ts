import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Flags } from "../../src/cli/flags.ts";
import { status } from "../../src/commands/care/status.ts";
import { defaultProfile, parseProfileName } from "../../src/keys/profile-name.ts";
import { displayWidth } from "../../src/terminal/output/layout.ts";
import { storeKey } from "../rotation/stored-key.ts";
import { openTestDeps, type TestDeps, type TestDepsOptions } from "../support/deps.ts";
import { storeTwelve } from "./twelve-profiles.ts";

let deps: TestDeps;

beforeEach(() => {
  deps = openTestDeps();
});

afterEach(() => {
  deps.close();
});

async function shown(options: TestDepsOptions = {}, flags: Record<string, unknown> = {}): Promise<string> {
  deps = deps.next(options);
  expect(await status({ args: [], flags: new Flags(flags) }, deps)).toBeUndefined();
  return deps.stdout();
}

describe("status with twelve profiles", () => {
  beforeEach(() => storeTwelve(deps));

  it.each([40, 60, 80, 120, 200])(
    "fits a screen of %d columns and 24 rows, each in one line",
    async (columns) => {
      const lines = (await shown({ columns })).trimEnd().split("\n");
      expect(lines.length).toBeLessThan(24);
      expect(lines.filter((line) => displayWidth(line) > columns)).toEqual([]);
      expect(
        lines.slice(1, 13).map((line) =>
          line
            .trim()
            .split(/\s{2,}/)[0]
            ?.slice(0, 8),
        ),
      ).toEqual(
        // biome-ignore format: in the order of the screen
        ["gone", "old", "demo", "work", "customer", "ci", "staging", "producti", "default", "fresh", "imported", "home"],
      );
    },
  );

  it.each([40, 60, 80, 120, 200])(
    "has a word for everything that is not known, at %d columns",
    async (columns) => {
      const [head = "", ...rows] = (await shown({ columns })).split("\n").slice(0, 13);
      const columnsOf = (line: string) => line.trim().split(/\s{2,}/).length;
      expect(rows.map(columnsOf)).toEqual(rows.map(() => columnsOf(head)));
    },
  );

  it("looks like this in 40 columns", async () => {
    expect(await shown({ columns: 40 })).toMatchInlineSnapshot(`
      "  Profile       Expires      Key
        gone          5 May 2027   key0...7xyz
        old           20 Aug 2026  key0...6xyz
        demo          1 Sep 2026   key1...1xyz
        work          3 Sep 2026   key0...1xyz
        customer-wi…  12 Sep 2026  key0...3xyz
        ci            1 Oct 2026   key1...0xyz
        staging       1 Dec 2026   key0...4xyz
        production    24 Dec 2026  key0...5xyz
        default       21 Feb 2027  key0...0xyz
        fresh         not known    key0...8xyz
        imported      not known    key0...9xyz
        home          never        key0...2xyz

        ! Key "gone" was refused at the last
          check: mistral-key verify -p gone
        ! 4 keys have expired or will soon.
          First: mistral-key rotate -p old
        • Profile "default" is used here,
          since nothing names another.
        • MISTRAL_API_KEY is not set here. To
          give apps the stored key:
          mistral-key run -- CMD
      "
    `);
  });

  it("looks like this in 80 columns", async () => {
    expect(await shown({ columns: 80 })).toMatchInlineSnapshot(`
      "  Profile            Expires      Key          Checked         Workspace
        gone               5 May 2027   key0...7xyz  not accepted    Research
        old                20 Aug 2026  key0...6xyz  expired         Research
        demo               1 Sep 2026   key1...1xyz  at capacity     Home
        work               3 Sep 2026   key0...1xyz  valid           Research
        customer-with-a-…  12 Sep 2026  key0...3xyz  valid           Customer
        ci                 1 Oct 2026   key1...0xyz  valid           Build machines
        staging            1 Dec 2026   key0...4xyz  rate limited    An exceedingly l…
        production         24 Dec 2026  key0...5xyz  no active plan  研究室の実験用ワ…
        default            21 Feb 2027  key0...0xyz  valid           Research
        fresh              not known    key0...8xyz  never           not known
        imported           not known    key0...9xyz  valid           not known
        home               never        key0...2xyz  valid           Home

        ! Key "gone" was refused at the last check: mistral-key verify -p gone
        ! 4 keys have expired or will soon. First: mistral-key rotate -p old
        • Profile "default" is used here, since nothing names another.
        • MISTRAL_API_KEY is not set here. To give apps the stored key:
          mistral-key run -- CMD
      "
    `);
  });

  it("looks like this in 120 columns", async () => {
    expect(await shown({ columns: 120 })).toMatchInlineSnapshot(`
      "  Profile              Expires      Key          Checked         Workspace            Kept in        Delivers to
        gone                 5 May 2027   key0...7xyz  not accepted    Research             GNOME Keyring  nowhere
        old                  20 Aug 2026  key0...6xyz  expired         Research             GNOME Keyring  nowhere
        demo                 1 Sep 2026   key1...1xyz  at capacity     Home                 GNOME Keyring  nowhere
        work                 3 Sep 2026   key0...1xyz  valid           Research             GNOME Keyring  dotenv:/home/ada/a…
        customer-with-a-ve…  12 Sep 2026  key0...3xyz  valid           Customer             GNOME Keyring  nowhere
        ci                   1 Oct 2026   key1...0xyz  valid           Build machines       GNOME Keyring  nowhere
        staging              1 Dec 2026   key0...4xyz  rate limited    An exceedingly lon…  GNOME Keyring  nowhere
        production           24 Dec 2026  key0...5xyz  no active plan  研究室の実験用ワー…  GNOME Keyring  nowhere
        default              21 Feb 2027  key0...0xyz  valid           Research             GNOME Keyring  nowhere
        fresh                not known    key0...8xyz  never           not known            GNOME Keyring  nowhere
        imported             not known    key0...9xyz  valid           not known            GNOME Keyring  nowhere
        home                 never        key0...2xyz  valid           Home                 GNOME Keyring  nowhere

        ! Key "gone" was refused at the last check: mistral-key verify -p gone
        ! 4 keys have expired or will soon. First: mistral-key rotate -p old
        • Profile "default" is used here, since nothing names another.
        • MISTRAL_API_KEY is not set here. To give apps the stored key:
          mistral-key run -- CMD
      "
    `);
  });

  it("shows one of them in full when it is asked for", async () => {
    expect(await shown({}, { profile: "work" })).toMatchInlineSnapshot(`
      "  work
          Key          key0...1xyz
          Account      ada@example.com, Research
          Kept in      GNOME Keyring
          Expires      3 Sep 2026 (as you entered it), 2 days
          Checked      valid, on 1 Aug 2026
          Delivers to  dotenv:/home/ada/app/.env since 1 Aug 2026
                       llm
                       github:ada/engine#production

        ! Key "work" expires in 2 days, on 3 Sep 2026: mistral-key rotate -p work
        • MISTRAL_API_KEY is not set here. To give apps the stored key:
          mistral-key run -p work -- CMD
      "
    `);
  });

  it("shows each of them in full with --verbose", async () => {
    const text = await shown({}, { verbose: true });
    expect(text.match(/^ {4}Account /gm)).toHaveLength(12);
    expect(text).toContain("github:ada/engine#production");
  });

  it("lists the most urgent first as JSON, too", async () => {
    const { profiles } = JSON.parse(await shown({}, { json: true }));
    expect(profiles.slice(0, 3).map(({ profile }: { profile: string }) => profile)).toEqual([
      "gone",
      "old",
      "demo",
    ]);
    expect(profiles.find(({ profile }: { profile: string }) => profile === "work").targets).toEqual([
      { target: "dotenv:/home/ada/app/.env", since: "2026-08-01T00:00:00.000Z" },
      { target: "llm", since: null },
      { target: "github:ada/engine#production", since: null },
    ]);
  });
});

describe("the profile that is used here", () => {
  beforeEach(async () => {
    await storeKey(deps);
    await storeKey(deps, { name: parseProfileName("work") });
  });

  it("is named with the rule that chose it", async () => {
    expect(await shown()).toContain('Profile "default" is used here, since nothing names another.');
    deps.profiles.writeDefault(parseProfileName("work"));
    expect(await shown()).toContain('Profile "work" is used here; it is the default.');
    const env = { MISTRAL_KEY_PROFILE: "default" };
    expect(await shown({ env })).toContain('Profile "default" is used here, as MISTRAL_KEY_PROFILE says.');
    expect(JSON.parse(await shown({ env }, { json: true })).selected).toEqual({
      profile: "default",
      rule: "variable",
      path: null,
    });
  });

  it("is reported to have no key when only others have one", async () => {
    expect(await shown({}, { profile: "nobody" })).toContain('No key is known for profile "nobody".');
    const env = { MISTRAL_KEY_PROFILE: "nobody" };
    expect((await shown({ env })).replace(/\s+/g, " ")).toContain(
      'Profile "nobody" is used here, as MISTRAL_KEY_PROFILE says. No key is known for it. To get one and store it: mistral-key init -p nobody',
    );
    deps.profiles.remove(defaultProfile);
    await deps.secrets.delete({ profile: defaultProfile, slot: "current" });
    expect((await shown({ env: {} })).replace(/\s+/g, " ")).toContain(
      'Profile "default" is used here, since nothing names another. No key is known for it. To get one and store it: mistral-key init',
    );
    await expect(shown({}, { profile: "nobody", ics: true })).rejects.toThrow("No key here has a date.");
  });
});
