import { it, expect } from "vitest";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, existsSync, readFileSync } from "node:fs";
import { startKeyring } from "../support/keyring.ts";
import { startMistralApi } from "../support/mistral-api.ts";
import { program, runProgram } from "../support/program.ts";
it("kill", async () => {
  const oldKey="oldKey00".repeat(4), newKey="newKey11".repeat(4);
  const api = await startMistralApi({ keys: [oldKey, newKey] });
  const keyring = await startKeyring({ state: "unlocked" });
  const seen: Record<string, number> = {};
  for (let i=0;i<60;i++) {
    const home = mkdtempSync("/tmp/vis/home-");
    const env = { ...keyring.env, MISTRAL_KEY_HOME: home, MISTRAL_KEY_SERVER_URL: api.url };
    expect((await runProgram(["init","--with-key","--no-verify"], { env, input: oldKey })).code).toBe(0);
    const c = spawn(process.execPath,[program,"rotate","--with-key"],{env:{...process.env,...env},stdio:["pipe","ignore","pipe"]});
    c.stdin.end(newKey);
    // kill a few ms after the model answered
    let err=""; c.stderr.on("data",d=>{err+=d; if(err.includes("a model answered")) setTimeout(()=>c.kill("SIGKILL"), i*1.2)});
    await new Promise(r=>c.on("close",r));
    const j = home+"/rotations/default.json";
    const stage = existsSync(j) ? JSON.parse(readFileSync(j,"utf8")).stage : "none";
    seen[stage]=(seen[stage]??0)+1;
    const got = (await runProgram(["get"],{env})).stdout.trim();
    expect([oldKey,newKey]).toContain(got);
    if (stage!=="none") { const a = await runProgram(["rotate","--abort"],{env}); expect(a.code, a.stderr).toBe(0); expect((await runProgram(["get"],{env})).stdout.trim()).toBe(oldKey); }
    expect((await runProgram(["remove","--yes"],{env})).code).toBe(0);
    for (const s of ["default","default/next","default/previous"]) expect(await keyring.lookup(s)).toBeUndefined();
    rmSync(home,{recursive:true});
  }
  console.log(seen);
  await keyring.stop(); await api.stop();
}, 300000);
