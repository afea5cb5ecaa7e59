import assert from "node:assert/strict";
import { test } from "node:test";
import * as sdk from "../dist/index.js";
import { milliseconds, pause } from "../dist/retry.js";
import { answering } from "./server.mjs";

const NOW = { "retry-after": "0" };
const GOOD = [200, {}, { id: "dlv_1", state: "pending" }];

async function at(answers, check) {
  const server = await answering(...answers);
  try {
    await check(new sdk.Client({ key: "sk_test_x", baseUrl: server.url }), server);
  } finally {
    server.close();
  }
}

test("it asks again as the same request", () =>
  at([[503, NOW], [429, NOW], GOOD], async (client, { requests }) => {
    assert.equal((await client.deliveries.replay("dlv_1")).state, "pending");
    assert.equal(requests.length, 3);
    assert.equal(new Set(requests.map((request) => request.headers["idempotency-key"])).size, 1);
  }));

test("a key of the caller's own is used", () =>
  at([[409, NOW], GOOD], async (client, { requests }) => {
    await client.deliveries.replay("dlv_1", { idempotencyKey: "mine" });
    assert.deepEqual(requests.map((request) => request.headers["idempotency-key"]), ["mine", "mine"]);
  }));

test("a GET has none", () =>
  at([[200, {}, { id: "dlv_1" }]], async (client, { requests }) => {
    await client.deliveries.read("dlv_1");
    assert.equal(requests[0].headers["idempotency-key"], undefined);
  }));

test("it gives up in the end", () =>
  at([[503, NOW, "<html>"]], async (client, { requests }) => {
    await assert.rejects(client.deliveries.replay("dlv_1"), sdk.ServerError);
    assert.equal(requests.length, 3);
  }));

test("what repeating does not help is told at once", () =>
  at([[409, {}, { code: "x", errorCode: 1111, detail: "No.", requestId: "req_1" }]], async (client, { requests }) => {
    await assert.rejects(client.deliveries.replay("dlv_1"), (error) => {
      assert(error instanceof sdk.ConflictError);
      const told = [error.name, error.status, error.code, error.errorCode, error.requestId];
      assert.deepEqual(told, ["ConflictError", 409, "x", 1111, "req_1"]);
      return true;
    });
    assert.equal(requests.length, 1);
  }));

test("a wait of more than a minute is the caller's", () =>
  at([[429, { "retry-after": "61" }]], (client) =>
    assert.rejects(client.deliveries.replay("dlv_1"), sdk.RateLimitError)));

test("a broken connection is tried again", () =>
  at(["hang up", GOOD], async (client) => {
    assert.equal((await client.deliveries.replay("dlv_1")).state, "pending");
  }));

test("that no answer came is told in the end", async () => {
  const broken = () => Promise.reject(new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:9") }));
  const client = new sdk.Client({ key: "sk_test_x", baseUrl: "http://me:secret@127.0.0.1:9/sms/", retries: 0, fetch: broken });
  await assert.rejects(client.deliveries.replay("dlv_1"), {
    name: "ApiConnectionError",
    message:
      "http://127.0.0.1:9/sms does not answer (connect ECONNREFUSED 127.0.0.1:9, after 1 try): " +
      "is the gateway running? SMSGATEWAY_URL says where.",
  });
});

test("a time-out is told as such", async () => {
  const late = () => Promise.reject(new DOMException("late", "TimeoutError"));
  const client = new sdk.Client({ key: "sk_test_x", baseUrl: "http://127.0.0.1:9", retries: 0, fetch: late });
  await assert.rejects(client.deliveries.replay("dlv_1"), sdk.ApiTimeoutError);
});

test("a caller who leaves is not kept", () =>
  at([[503, { "retry-after": "60" }]], async (client) => {
    const leaving = new AbortController();
    const call = client.deliveries.replay("dlv_1", { signal: leaving.signal });
    setTimeout(() => leaving.abort(new Error("left")), 50);
    await assert.rejects(call, { message: "left" });
  }));

test("what Retry-After says", () => {
  assert.deepEqual(
    ["0", "1.5", "Thu, 01 Jan 2026 00:00:00 GMT", "soon", "", null].map(milliseconds),
    [0, 1500, 0, undefined, undefined, undefined],
  );
});

test("pauses grow up to eight seconds", () => {
  for (let tries = 1; tries < 12; tries++) {
    const longest = Math.min(8000, 500 * 2 ** (tries - 1));
    const made = pause(20, tries, 503, new Headers());
    assert(longest / 2 <= made && made <= longest, `${made} after ${tries}`);
  }
});
