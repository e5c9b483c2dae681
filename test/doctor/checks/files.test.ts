import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { permissionsCheck } from "../../../src/doctor/checks/files.ts";
import { contextOf } from "../check-context.ts";

it("calls a folder on Windows private only where Windows keeps it so", async () => {
  const { processContext } = contextOf();
  const messageOn = async (folder: string) =>
    (
      await permissionsCheck.run({
        ...contextOf({ folder }),
        processContext: { ...processContext, platform: "win32" },
      })
    ).message;
  expect(await messageOn(join(processContext.home, "AppData"))).toContain("private to you");
  expect(await messageOn(join(dirname(processContext.home), "elsewhere"))).toContain("not checked");
});
