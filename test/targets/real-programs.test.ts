import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, type Server as NetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ApiKey } from "../../src/keys/api-key.ts";
import { findProgram } from "../support/find-program.ts";
import { describeNeeding } from "../support/needs.ts";
import { makeCertificate, type TestCertificate } from "../support/tls.ts";
import { type WatchedChildren, watchChildren } from "../support/watch-children.ts";
import { key, openPushing, otherKey, type Pushing } from "./pushing.ts";

// The real programs, against loopback servers that answer as the services document it.
let on: Pushing;
let watched: WatchedChildren;
const servers: NetServer[] = [];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mistral-key-real-programs-"));
  watched = watchChildren(key.reveal());
});
afterEach(async () => {
  expect(watched.stop().holding).toEqual([]);
  on?.deps.close();
  rmSync(folder, { recursive: true, force: true });
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: NetServer): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}

/** Answers in JSON: the code and the document. */
function answering(
  answer: (request: IncomingMessage, body: string) => readonly [number, unknown],
): RequestListener {
  return async (request, response) => {
    const [code, document] = answer(request, await bodyOf(request));
    response.writeHead(code, { "content-type": "application/json" });
    response.end(document === undefined ? "" : JSON.stringify(document));
  };
}

// Where the programs can be watched.
const onLinux = process.platform === "linux";
const needing = (name: string, packages: string) => ({
  missing: onLinux ? [name, "openssl"].filter((one) => findProgram(one) === undefined) : ["Linux"],
  packages,
});

describeNeeding("push github, with gh", needing("gh", "gh"), () => {
  let certificate: TestCertificate;
  beforeEach(async () => {
    certificate = await makeCertificate("api.github.com");
  });
  afterEach(() => certificate.remove());

  it("sets the secret, sealed, sees that it is there, and deletes it", async () => {
    const secrets = new Map<string, { encrypted_value: string }>();
    const secure = createSecureServer(
      certificate,
      answering((request, body) => {
        const path = (request.url ?? "").replace(/\?.*/, "").replace("/repos/ada/engine", "");
        if (request.headers.authorization !== "token made-up") return [401, { message: "Bad credentials" }];
        const name = path.split("/").at(-1) ?? "";
        if (name === "public-key") return [200, { key_id: "1", key: Buffer.alloc(32, 9).toString("base64") }];
        if (request.method === "PUT") {
          secrets.set(name, JSON.parse(body));
          return [201, {}];
        }
        if (request.method === "DELETE") return [secrets.delete(name) ? 204 : 404, undefined];
        const rows = [...secrets.keys()].map((one) => ({ name: one, updated_at: "2026-09-01T10:00:00Z" }));
        return [200, { total_count: rows.length, secrets: rows }];
      }),
    );
    const inside = await listen(secure);
    const proxy: Server = createServer().on("connect", (_request, socket) => {
      const through = connect(inside, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        socket.pipe(through).pipe(socket);
      });
      through.on("error", () => socket.destroy());
      socket.on("error", () => through.destroy());
    });
    const env = {
      HTTPS_PROXY: `http://127.0.0.1:${await listen(proxy)}`,
      SSL_CERT_FILE: certificate.file,
      GH_TOKEN: "made-up",
      GH_NO_UPDATE_NOTIFIER: "1",
      CLICOLOR_FORCE: "1",
      GH_FORCE_TTY: "100%",
    };
    on = await openPushing({ env: { ...env, MISTRAL_API_KEY: key.reveal() } });
    const target = "github:ada/engine";
    expect(await on.push(target)).toMatchObject({
      code: 0,
      said: expect.stringContaining("cannot be read back"),
    });
    // A sealed box is 48 bytes longer than what is in it: the key, and no line break.
    expect(Buffer.from(secrets.get("MISTRAL_API_KEY")?.encrypted_value ?? "", "base64")).toHaveLength(
      32 + 48,
    );
    expect((await on.push("--forget", target)).code).toBe(0);
    expect([...secrets.keys()]).toEqual([]);

    on.deps.close();
    on = await openPushing({ env: { ...env, GH_TOKEN: "another" } });
    await expect(on.push(target)).rejects.toMatchObject({
      hint: expect.stringContaining("gh auth login"),
    });
    expect(watched.stop().seen).toContain("gh");
  });
});

describeNeeding("push kubernetes, with kubectl", needing("kubectl", "kubernetes-client"), () => {
  it("applies one entry, leaves the others to their owners, reads it back, and removes it", async () => {
    let data: Record<string, string> | undefined = { other: "eA==" };
    const owned = new Map<string | null, readonly string[]>();
    const api = answering((request, body) => {
      const path = (request.url ?? "").replace(/\?.*/, "");
      const resource = { name: "secrets", singularName: "secret", namespaced: true, kind: "Secret" };
      const verbs = ["create", "delete", "get", "list", "patch", "update"];
      const secret = (name: string) => ({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name, namespace: "prod", resourceVersion: "1", uid: "1" },
        data,
      });
      if (path === "/api") return [200, { kind: "APIVersions", versions: ["v1"] }];
      if (path === "/apis") return [200, { kind: "APIGroupList", apiVersion: "v1", groups: [] }];
      if (path === "/api/v1") {
        const resources = [{ ...resource, verbs }];
        return [200, { kind: "APIResourceList", apiVersion: "v1", groupVersion: "v1", resources }];
      }
      if (path !== "/api/v1/namespaces/prod/secrets/mistral") {
        return [404, { kind: "Status", apiVersion: "v1", status: "Failure", reason: "NotFound", code: 404 }];
      }
      if (request.method === "PATCH") {
        expect(request.headers["content-type"]).toBe("application/apply-patch+yaml");
        const applied: Record<string, string> = JSON.parse(body).data ?? {};
        const manager = new URLSearchParams((request.url ?? "").replace(/^[^?]*/, "")).get("fieldManager");
        const before = owned.get(manager) ?? [];
        const rest = Object.entries(data ?? {}).filter(([name]) => !before.includes(name));
        data = { ...Object.fromEntries(rest), ...applied };
        owned.set(manager, Object.keys(applied));
      }
      return [200, secret("mistral")];
    });
    const port = await listen(createServer(api));
    const config = join(folder, "config");
    const cluster = { server: `http://127.0.0.1:${port}` };
    const named = { clusters: [{ name: "c", cluster }], users: [{ name: "u", user: {} }] };
    const contexts = [{ name: "c", context: { cluster: "c", user: "u" } }];
    const document = { apiVersion: "v1", kind: "Config", ...named, contexts, "current-context": "c" };
    writeFileSync(config, JSON.stringify(document));
    on = await openPushing({ env: { HOME: folder, KUBECONFIG: config, MISTRAL_API_KEY: key.reveal() } });
    const target = "kubernetes:prod/mistral#key";
    expect(await on.push("--dry-run", target)).toMatchObject({
      code: 0,
      said: expect.stringContaining("has no key yet"),
    });
    expect(await on.push(target)).toMatchObject({ code: 0, said: expect.stringContaining("read back") });
    const held = (one: ApiKey) => ({ other: "eA==", key: Buffer.from(one.reveal()).toString("base64") });
    expect(data).toEqual(held(key));
    await on.replaceKey(otherKey);
    expect((await on.push()).code).toBe(0);
    expect(data).toEqual(held(otherKey));
    const second = "kubernetes:prod/mistral#second";
    expect((await on.push(second)).code).toBe(0);
    expect(data).toEqual({ ...held(otherKey), second: held(otherKey).key });
    expect((await on.push("--forget", second)).code).toBe(0);
    expect(data).toEqual(held(otherKey));
    expect(await on.push("--forget", target)).toMatchObject({
      code: 0,
      said: expect.stringContaining("was removed from"),
    });
    expect(data).toEqual({ other: "eA==" });
    expect(watched.stop().seen).toContain("kubectl");
  });
});

// vercel is a package of npm with some hundred dependencies, which is not installed for the tests.
const hasVercel = onLinux && findProgram("vercel") !== undefined && findProgram("openssl") !== undefined;
if (!hasVercel) console.warn("\n!!! SKIPPED: push vercel, with vercel: npm install --global vercel@50\n");
describe.skipIf(!hasVercel)("push vercel, with vercel", () => {
  it("sets a sensitive variable of the linked project, replaces it, and removes it", async () => {
    const certificate = await makeCertificate();
    const project = { id: "prj_1", name: "engine", accountId: "team_1", customEnvironments: [] };
    const team = { id: "team_1", slug: "ada", name: "Ada" };
    const user = {
      id: "u1",
      username: "ada",
      email: "ada@example.com",
      version: "northstar",
      defaultTeamId: team.id,
    };
    let variable: { readonly value: string; readonly type: string; readonly target: unknown } | undefined;
    let breaks = false;
    const api = answering((request, body) => {
      const path = (request.url ?? "").replace(/\?.*/, "");
      if (/\/user$/.test(path)) return [200, { user }];
      if (/\/teams$/.test(path)) return [200, { teams: [team], pagination: {} }];
      if (/\/teams\//.test(path)) return [200, team];
      if (path.endsWith("/custom-environments")) return breaks ? [200, {}] : [200, { environments: [] }];
      if (!path.includes("/env")) return [200, project];
      if (request.method === "POST") {
        variable = [JSON.parse(body)].flat()[0];
        return [201, { created: {}, failed: [] }];
      }
      if (request.method === "DELETE") variable = undefined;
      const row = { id: "e1", key: "MISTRAL_API_KEY", target: ["production"], customEnvironmentIds: [] };
      return [200, { envs: variable === undefined ? [] : [{ ...row, type: variable.type }], pagination: {} }];
    });
    const port = await listen(createSecureServer(certificate, api));
    const config = join(folder, ".local", "share", "com.vercel.cli");
    mkdirSync(config, { recursive: true });
    const address = `https://localhost:${port}`;
    writeFileSync(join(config, "config.json"), JSON.stringify({ api: address, currentTeam: team.id }));
    writeFileSync(join(config, "auth.json"), JSON.stringify({ token: "made-up-token" }));
    mkdirSync(join(folder, ".vercel"));
    writeFileSync(
      join(folder, ".vercel", "project.json"),
      JSON.stringify({ projectId: "prj_1", orgId: team.id }),
    );
    const env = {
      HOME: folder,
      NODE_EXTRA_CA_CERTS: certificate.file,
      VERCEL_TELEMETRY_DISABLED: "1",
      NO_UPDATE_NOTIFIER: "1",
      MISTRAL_API_KEY: key.reveal(),
    };
    on = await openPushing({ env, processContext: { cwd: folder, home: folder } });
    expect((await on.push("vercel:production")).code).toBe(0);
    expect(variable).toMatchObject({ value: key.reveal(), type: "sensitive" });
    await on.replaceKey(otherKey);
    expect((await on.push()).code).toBe(0);
    expect(variable?.value).toBe(otherKey.reveal());
    // It ends with 0 all the same.
    breaks = true;
    expect(await on.push()).toMatchObject({
      code: 9,
      said: expect.stringContaining("without saying that it has set the variable"),
    });
    breaks = false;
    expect((await on.push("--forget", `vercel:production#${folder}`)).code).toBe(0);
    expect(variable).toBeUndefined();
    expect((await on.push("vercel:preview")).code).toBe(0);
    expect(variable).toMatchObject({ value: otherKey.reveal(), target: ["preview"] });
    expect(watched.stop().seen.join(" ")).toMatch(/vercel|node/);
    certificate.remove();
  });
});

// Debian's aws is older than the variable that leads it to a loopback server; on such a machine it is not tried.
const aws = findProgram("aws");
const hasAws = onLinux && aws !== undefined && knowsEndpoint(aws);
if (!hasAws) console.warn("\n!!! SKIPPED: push aws, with aws: needs aws 2.13 or 1.29 and later\n");
describe.skipIf(!hasAws)("push aws, with aws", () => {
  it.each([
    ["alone", "old", (text: string) => text],
    ["as a member", `{"other":"x"}`, (text: string) => JSON.parse(text).MISTRAL_API_KEY],
  ])("puts the key into a secret, %s, and reads it back", async (_how, before, keyIn) => {
    let held = before;
    const api = answering((request, body) => {
      const asked = JSON.parse(body);
      if (asked.SecretId !== "prod/mistral") {
        return [400, { __type: "ResourceNotFoundException", Message: "There is no such secret." }];
      }
      if (String(request.headers["x-amz-target"]).endsWith("PutSecretValue")) held = asked.SecretString;
      return [200, { Name: "prod/mistral", SecretString: held }];
    });
    const env = {
      HOME: folder,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${await listen(createServer(api))}`,
      AWS_ACCESS_KEY_ID: "made-up",
      AWS_SECRET_ACCESS_KEY: "made-up",
      AWS_DEFAULT_REGION: "eu-west-3",
      AWS_MAX_ATTEMPTS: "1",
      MISTRAL_API_KEY: key.reveal(),
    };
    on = await openPushing({ env: { ...env, PATH: process.env.PATH ?? "" } });
    expect(await on.push("aws:prod/mistral")).toMatchObject({
      code: 0,
      said: expect.stringContaining("read back"),
    });
    expect(keyIn(held)).toBe(key.reveal());
    if (before.startsWith("{")) expect(JSON.parse(held).other).toBe("x");
    await expect(on.push("aws:not-there")).rejects.toMatchObject({
      hint: expect.stringContaining("create-secret"),
    });
  });
});

function knowsEndpoint(program: string): boolean {
  const [, major = 0, minor = 0] = (/aws-cli\/(\d+)\.(\d+)/.exec(versionOf(program)) ?? []).map(Number);
  return major > 2 || (major === 2 && minor >= 13) || (major === 1 && minor >= 29);
}

function versionOf(program: string): string {
  return spawnSync(program, ["--version"], { encoding: "utf8" }).stdout ?? "";
}
