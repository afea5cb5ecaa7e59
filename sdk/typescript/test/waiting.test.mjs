import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, WaitTimeout } from "../dist/index.js";
import { answering } from "./server.mjs";

async function at(answers, check) {
  const server = await answering(...answers);
  try {
    await check(new Client({ key: "sk_test_x", baseUrl: server.url, retries: 0 }), server);
  } finally {
    server.close();
  }
}

const page = (nextCursor, ...ids) => [200, {}, { data: ids.map((id) => ({ id })), nextCursor, hasMore: false }];

test("a wait goes on where the one before ended", () =>
  at([[204, { "next-since": "c1" }], [204, { "next-since": "c2", "retry-after": "0" }], [200, {}, { id: "msg_1" }]], async (client, server) => {
    const since = new Date("2026-11-23T09:30:00Z");
    const found = await client.messages.wait({ numberUsed: "+33639980001", since, timeoutSeconds: 90 });
    assert.equal(found.id, "msg_1");
    assert.deepEqual(server.asked().map((one) => one.since), ["2026-11-23T09:30:00.000Z", "c1", "c2"]);
    assert.deepEqual(server.asked()[0].timeout, "60");
  }));

test("the end of the time is told, without the sender", () =>
  at([[204]], (client) =>
    assert.rejects(client.messages.wait({ senderId: "+33639980417", timeoutSeconds: 0.05 }), (error) => {
      assert(error instanceof WaitTimeout);
      assert.match(error.message, /senderId$/);
      return true;
    })));

test("following goes from page to page", () =>
  at([page("c1", "msg_1", "msg_2"), page("c2"), page("c3", "msg_3")], async (client, server) => {
    const seen = [];
    for await (const { id } of client.messages.follow("msg_0")) {
      seen.push(id);
      if (seen.length === 3) break;
    }
    assert.deepEqual(seen, ["msg_1", "msg_2", "msg_3"]);
    assert.deepEqual(server.asked().map((one) => one.cursor), ["msg_0", "c1", "c2"]);
  }));

test("a mark is where a look ended", () =>
  at([[204, { "next-since": "c1" }]], async (client, server) => {
    assert.equal(await client.messages.mark(), "c1");
    assert.deepEqual(server.asked(), [{ timeout: "0" }]);
  }));
