import { expect, it } from "vitest";
import {
  readCreatedKey,
  readDetail,
  readIssuedKeys,
  readUserId,
} from "../../src/issuers/read-admin-answers.ts";
import { ApiKey } from "../../src/keys/api-key.ts";

const adminKey = ApiKey.of("admin999".repeat(4));

it("has no part of the Admin API key in what is shown of an answer that repeats it", () => {
  const name = `named ${adminKey.reveal()}`;
  const [row] = readIssuedKeys({ keys: [{ key_id: "id-1", name, workspace_name: name }] }, adminKey) ?? [];
  expect(row).toMatchObject({ name: "named admi...n999", workspaceName: "named admi...n999" });
  const detail = readDetail({ kind: "json", value: { detail: `no key ${adminKey.reveal()}` } }, adminKey);
  expect(detail).toBe(": no key admi...n999");
});

it.each(["../users", "", "..", "a/b", "a b", "a?b", 7])(
  "rejects the id %j, since ids become part of a URL",
  (id) => {
    expect(readIssuedKeys({ keys: [{ key_id: id }] }, adminKey)).toEqual([]);
    expect(readCreatedKey({ key_id: id, key: "newKey11".repeat(4) })).toBeUndefined();
  },
);

it("takes the member of just this address, in whatever case", () => {
  const members = [
    { email: "ada@example.com", uuid: "u1" },
    { email: "Grace@example.com", uuid: "u2" },
  ];
  expect(readUserId({ members }, "grace@example.com")).toBe("u2");
  expect(readUserId({ members }, "grace@example.org")).toBeUndefined();
});
