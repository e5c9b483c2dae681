import { maskKey } from "../../src/keys/mask.ts";
import type { CannedAnswer } from "./mistral-answers.ts";
import { type ApiRequest, usualIdentity } from "./usual-answers.ts";

/** A row of the key list, as the Admin API returns it. */
export interface AdminRow {
  readonly key_id: string;
  readonly name: string | null;
  readonly hidden_key: string;
  readonly expiration_date: string | null;
  readonly created_at: string | null;
  readonly last_used: string | null;
  readonly workspace_id: string | null;
  readonly workspace_name: string | null;
  readonly created_by: string | null;
  readonly product: string;
}

/** The keys of the Admin API, and how it answers. */
export class LoopbackAdminApi {
  /** The Admin API key that it accepts in {@link header}; without it, none. */
  key: string | undefined;
  header: "x-api-key" | "authorization" = "x-api-key";
  /** The next keys to be created. */
  readonly upcoming: string[] = [];
  /** Whether the inference API accepts a created key. */
  accepts = true;
  /** Whether it creates a key and then fails to return it. */
  losesAnswer = false;
  /** The key and the id that it returns without creating one. */
  returns: { readonly key: string; readonly key_id: string } | undefined;
  /** The bodies of the calls that created a key. */
  readonly wishes: unknown[] = [];
  /** The ids of the organization's members, by e-mail address. */
  readonly users = new Map([[usualIdentity.email, "u1"]]);
  readonly rows = new Map<string, AdminRow & { readonly key: string }>();
  readonly #inference: { accept(key: string): void; revoke(key: string): void };

  /** @param inference - accepts and revokes keys for everything else */
  constructor(inference: { accept(key: string): void; revoke(key: string): void }) {
    this.#inference = inference;
  }

  /** Adds a key to the list. */
  add(key: string, row: Partial<AdminRow> = {}): AdminRow {
    const keyId = row.key_id ?? `id-${this.rows.size + 1}`;
    const added = {
      name: "laptop",
      hidden_key: maskKey(key),
      expiration_date: "2026-09-11",
      created_at: "2026-06-13T08:00:00Z",
      last_used: "2026-08-30T07:00:00Z",
      workspace_id: "w1",
      workspace_name: "Research",
      created_by: usualIdentity.email,
      product: "API",
      ...row,
      key_id: keyId,
      key,
    };
    this.rows.set(keyId, added);
    return added;
  }

  /** Whether a key exists at Mistral. */
  has(key: string): boolean {
    return [...this.rows.values()].some((row) => row.key === key);
  }

  answer({ method, path, headers, body }: ApiRequest, query: URLSearchParams): CannedAnswer {
    const sent = this.header === "x-api-key" ? this.key : `Bearer ${this.key}`;
    if (this.key === undefined || headers[this.header] !== sent)
      return { status: 401, body: { detail: "Unauthorized" } };
    if (path === "/v1/admin/users") {
      const email = query.get("email") ?? "";
      const members = [...this.users].map(([one, uuid]) => ({ uuid, email: one, name: null }));
      return {
        status: 200,
        body: { members: members.filter((one) => one.email?.includes(email)), invites: [] },
      };
    }
    switch (method) {
      case "GET": {
        const filter = query.get("name") ?? "";
        const rows = [...this.rows.values()].filter(
          ({ name, key }) => (name ?? "").includes(filter) || key.endsWith(filter),
        );
        return { status: 200, body: { keys: rows.map(({ key: _key, ...row }) => row) } };
      }
      case "POST": {
        if (this.returns !== undefined) return { status: 200, body: this.returns };
        const wish = JSON.parse(body);
        this.wishes.push(wish);
        const key = this.upcoming.shift() ?? "made0000".repeat(4);
        const row = this.add(key, {
          key_id: `made-${this.wishes.length}`,
          name: wish.name ?? null,
          expiration_date: wish.expiration ?? null,
          workspace_id: wish.workspace_uuid,
          created_by: "Rotation",
          last_used: null,
        });
        if (this.accepts) this.#inference.accept(key);
        return this.losesAnswer ? { status: 502, body: "" } : { status: 200, body: { ...row, key } };
      }
      default: {
        const row = this.rows.get(path.split("/").at(-1) ?? "");
        if (row === undefined) return { status: 404, body: { detail: "Not Found" } };
        this.rows.delete(row.key_id);
        this.#inference.revoke(row.key);
        return { status: 200, body: { detail: "API key deleted" } };
      }
    }
  }
}
