import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../dist/index.js";
import { NoText, Sms } from "../dist/sms.js";
import { answering } from "./server.mjs";

const NUMBER = "+33639980001";
const MARK = [204, { "next-since": "msg_3.x" }];
const OVER = [204, { "next-since": "msg_9.x", "retry-after": "0.1" }];

function text(id, content, more = {}) {
  return { id, content, senderId: "Shop", numberUsed: NUMBER, receivedAt: "2026-11-26T09:30:00.120Z", ...more };
}

const came = (message) => [200, { "next-since": message.id }, message];
const page = (...data) => [200, {}, { data, nextCursor: null, hasMore: false }];

async function at(answers, check, { live = false } = {}) {
  const server = await answering(MARK, ...answers);
  try {
    const client = new Client({ key: "sk_test_x", baseUrl: server.url, retries: 0 });
    await check(await Sms.of(client, NUMBER, live), server);
  } finally {
    server.close();
  }
}

test("the one that is meant is found, and found once", () =>
  at([
    came(text("msg_4", "482913", { senderId: "Bank" })), came(text("msg_5", "no digits")), came(text("msg_6", "020005")),
    came(text("msg_4", "482913", { senderId: "Bank" })), came(text("msg_5", "no digits")), came(text("msg_6", "020005")), came(text("msg_7", "111111")),
  ], async (sms, server) => {
    assert.equal((await sms.waitFor({ sender: "shop", pattern: /\d{6}/g })).id, "msg_6");
    assert.equal((await sms.waitFor({ sender: "Shop", pattern: "^\\d" })).id, "msg_7");
    assert.deepEqual(server.asked().map((one) => one.since), [
      undefined, "msg_3.x", "msg_4", "msg_5", "msg_3.x", "msg_4", "msg_5", "msg_6",
    ]);
    assert.equal(server.asked()[1].numberUsed, NUMBER);
  }));

test("a code is told as it stands there", () =>
  at([came(text("msg_4", "Hello", { code: null })), came(text("msg_5", "020005", { code: { value: "020005" } }))], async (sms) =>
    assert.equal(await sms.waitForCode(), "020005")));

const OTHER = { numberUsed: "+33639980002" };
const BANK = text("msg_4", "482913", { senderId: "Bank" });
const NONE = page();

async function told(sms, wanted) {
  const error = await sms.waitFor({ timeout: 50, ...wanted }).catch((error) => error);
  assert(error instanceof NoText, error);
  return error.message.split("\n  ");
}

test("that none came is told with the nearest", () =>
  at([
    came(BANK), OVER,
    page(text("msg_8", "late 1"), BANK, text("msg_2", "1")),
    page(text("msg_8", "late 1"), text("msg_7", "1", OTHER), BANK, text("msg_2", "1"), text("msg_1", "1", OTHER)), NONE,
  ], async (sms, server) => {
    const [first, window, ...rest] = await told(sms, { sender: "Shop", pattern: /\d/ });
    assert.equal(first, `from "Shop", matching /\\d/: no such text in 0.05 s to ${NUMBER}`);
    assert.match(window, /^looked at: what came from \d\d:\d\d:\d\d to \d\d:\d\d:\d\d UTC$/);
    assert.deepEqual(rest, [
      "nearest:",
      `msg_8 09:30:00 UTC to ${NUMBER} from "Shop": "late 1": it came too late`,
      `msg_4 09:30:00 UTC to ${NUMBER} from "Bank": "482913": it has another sender`,
      `msg_7 09:30:00 UTC to +33639980002 from "Shop": "1": it came to another number`,
      `see ${server.url}/v1/messages/msg_8/receipt`,
    ]);
  }));

test("that nothing came at all is said first", () =>
  at([OVER, page(text("msg_2", "b"), text("msg_1", "a")), page(text("msg_7", "1", OTHER), text("msg_2", "b")), NONE], async (sms, server) => {
    const [first, , ...rest] = await told(sms);
    assert.equal(first, `no text in 0.05 s to ${NUMBER}`);
    assert.deepEqual(rest, [
      `nothing came to ${NUMBER} since the mark; elsewhere:`,
      `msg_7 09:30:00 UTC to +33639980002 from "Shop": "1": it came to another number`,
      `msg_2 09:30:00 UTC to ${NUMBER} from "Shop": "b": it came before the mark`,
      `msg_1 09:30:00 UTC to ${NUMBER} from "Shop": "a": it came before the mark`,
      `see ${server.url}/v1/messages/msg_7/receipt`,
    ]);
  }));

test("and what came before it is called so", () =>
  at([OVER, page(text("msg_2", "b")), NONE, NONE], async (sms) =>
    assert.equal((await told(sms))[2], `nothing came to ${NUMBER} since the mark; before it:`)));

test("where nothing can be read, that is told with it", () =>
  at([OVER, [403, {}, { code: "missing_scope" }]], async (sms) =>
    assert.match((await told(sms))[1], /^what came cannot be read: 403 missing_scope/)));

test("a time-out or a pattern that is none is named", () =>
  at([OVER], async (sms, server) => {
    for (const timeout of [-1, NaN, Infinity]) {
      await assert.rejects(sms.waitFor({ timeout }), new TypeError(`timeout is in milliseconds, from 0 on, not ${timeout}`));
    }
    await assert.rejects(sms.waitForCode({ pattern: "(" }), { name: "TypeError", message: /^pattern "\(" is no regular expression: .*$/ });
    assert.equal(server.requests.length, 1);
  }));

test("what failed shows its texts and where they are traced", () =>
  at([page(text("msg_5", "b"), text("msg_4", "a"), text("msg_2", "older")), page({ id: "env_2", current: false }, { id: "env_1", current: true })],
    async (sms, server) => {
      assert.deepEqual((await sms.report()).map(({ line, link, message }) => [line, link, message.content]), [
        [`msg_4 09:30:00 UTC to ${NUMBER} from "Shop": "a"`, `${server.url}/e/env_1/messages/msg_4/`, "a"],
        [`msg_5 09:30:00 UTC to ${NUMBER} from "Shop": "b"`, `${server.url}/e/env_1/messages/msg_5/`, "b"],
      ]);
    }));

test("a key that may not see sandboxes is given the receipt", () =>
  at([page(text("msg_4", "a")), [403, {}, { code: "missing_scope" }]], async (sms, server) =>
    assert.equal((await sms.report())[0].link, `${server.url}/v1/messages/msg_4/receipt`)));

test("of live nothing is shown, and no code found", () =>
  at([page(text("msg_4", "a secret"))], async (sms, server) => {
    await assert.rejects(sms.waitForCode(), /live finds no codes/);
    assert.deepEqual(await sms.report(), [{ line: `msg_4 09:30:00 UTC to ${NUMBER}`, link: `${server.url}/v1/messages/msg_4/receipt` }]);
  }, { live: true }));
