// At the real API, with a key of live in SMSGATEWAY_API_KEY.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, ModeError, NotFoundError, UnprocessableError, AuthenticationError } from "../dist/index.js";

const { CHANNEL, OTHERS_MESSAGE, HOOK } = process.env;
const client = new Client({ mode: "live" });

test("make, read, change and delete", async () => {
  const made = await client.endpoints.create({ kind: "webhook", url: HOOK, policy: { deadlineSeconds: 5 } });
  assert.match(made.secret, /^whsec_/);
  assert.equal((await client.endpoints.update(made.id, { description: "Orders" })).description, "Orders");
  assert.equal((await client.endpoints.read(made.id)).policy.deadlineSeconds, 5);
  assert.equal(await client.endpoints.delete(made.id), undefined);
  await assert.rejects(client.endpoints.read(made.id), NotFoundError);
});

test("a number of live waits for an approval", async () => {
  const asked = await client.numbers.create({ number: "+33937000123", channelId: CHANNEL, purpose: "Orders" });
  assert.match(asked.id, /^nrq_/);
});

test("a list goes through all pages", async () => {
  const rows = [];
  for await (const row of client.messages.list({ limit: 2 })) rows.push(row.id);
  const sizes = [];
  for await (const page of client.messages.list({ limit: 2 }).pages()) sizes.push(page.data.length);
  assert.deepEqual([rows.length, new Set(rows).size, sizes], [5, 5, [2, 2, 1]]);
  const { nextCursor } = await client.messages.list({ limit: 2 }).first();
  assert.equal((await client.messages.list({ cursor: nextCursor }).first()).data.length, 3);
});

test("a refusal names the fields", () =>
  assert.rejects(client.endpoints.create({ kind: "webhook", url: "gopher://example.com/" }), (error) => {
    assert(error instanceof UnprocessableError);
    assert.deepEqual(error.errors.map((wrong) => wrong.pointer), ["#/url"]);
    assert(error.requestId && error.message.includes(error.requestId));
    assert.match(error.message, /[^.]; #\/url: /);
    return true;
  }));

test("another tenant has nothing here", () => assert.rejects(client.messages.read(OTHERS_MESSAGE), NotFoundError));

test("an id is one step of an address", async () => {
  for (const id of ["../channels", "a/b", "?x", "é"]) await assert.rejects(client.messages.read(id), NotFoundError);
  for (const id of ["", ".", ".."]) assert.throws(() => client.messages.read(id), /is no id/);
});

test("a wrong key is told", () =>
  assert.rejects(new Client({ key: "sk_live_wrong" }).messages.list().first(), AuthenticationError));

test("any address can be asked", async () => {
  const { text } = await client.request("GET", "/v1/event-types");
  assert(JSON.parse(text).data.length > 0);
});

test("a key of the other environment is refused", () => {
  assert.throws(() => new Client({ mode: "sandbox" }), ModeError);
  assert.throws(() => new Client({ key: "sk_test_x", mode: "live" }), ModeError);
  assert.throws(() => new Client({ key: "x", mode: "live" }), ModeError);
});

test("what is missing is named", () => {
  delete process.env.SMSGATEWAY_URL;
  assert.throws(() => new Client(), /SMSGATEWAY_URL/);
});
