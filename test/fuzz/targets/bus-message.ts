import assert from "node:assert/strict";
import {
  decodeMessage,
  messageLength,
  prefixLength,
} from "../../../src/stores/keychain/secret-service/bus-message.ts";
import { MalformedMessage } from "../../../src/stores/keychain/secret-service/bus-values.ts";
import { readOrRefuse } from "../property.ts";

/** What comes from a message bus. */
export function fuzz(data: Buffer): void {
  readOrRefuse([MalformedMessage], () => {
    let rest = data;
    while (rest.length >= prefixLength) {
      const length = messageLength(rest);
      assert.ok(length >= prefixLength);
      if (rest.length < length) return;
      const message = decodeMessage(rest.subarray(0, length));
      assert.ok(JSON.stringify(message).length < 1000 + 8 * length, "More comes out than went in.");
      rest = rest.subarray(length);
    }
  });
}
