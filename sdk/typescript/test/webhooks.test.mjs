import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { WebhookVerificationError, webhooks } from "../dist/index.js";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

for (const { name, right, secrets, id, timestamp, body, signature, now } of JSON.parse(readFileSync(process.env.CASES))) {
  test(name, () => {
    const octets = Buffer.from(body, "base64");
    const told = { "Webhook-Id": id, "webhook-timestamp": timestamp, "webhook-signature": [signature] };
    const check = () => webhooks.check(octets, told, secrets, { now });
    if (right) assert.equal(check(), id);
    else assert.throws(check, WebhookVerificationError);
  });
}

function signed(body) {
  const signature = webhooks.sign(SECRET, "msg_1", 1000, body);
  return new Headers({ "webhook-id": "msg_1", "webhook-timestamp": "1000", "webhook-signature": signature });
}

test("an event is read once it is verified", () => {
  const body = '{"type":"message.received","timestamp":"2026-11-23T09:30:00.120Z","data":{"content":"café 😀"}}';
  const event = webhooks.verify(body, signed(body), SECRET, { now: 1000 });
  assert.deepEqual(event, {
    id: "msg_1",
    type: "message.received",
    timestamp: "2026-11-23T09:30:00.120Z",
    data: { content: "café 😀" },
  });
});

for (const body of ["", "{", "[]", "null", '{"text": "x"}', '{"type":1,"timestamp":2,"data":{}}']) {
  test(`what is no event is told: ${body}`, () => {
    assert.equal(webhooks.check(body, signed(body), SECRET, { now: 1000 }), "msg_1");
    assert.throws(() => webhooks.verify(body, signed(body), SECRET, { now: 1000 }), /no event/);
  });
}

test("a secret that is none is told", () => {
  for (const secret of ["", "whsec_"]) {
    assert.throws(() => webhooks.check("{}", signed("{}"), secret, { now: 1000 }), TypeError);
  }
});
