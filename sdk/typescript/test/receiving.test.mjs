// At the real API, where a text "the wanted one" came after the message BEFORE.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, WaitTimeout } from "../dist/index.js";

const client = new Client();

test("a text is waited for", async () => {
  const found = await client.messages.wait({ since: process.env.BEFORE, contains: "wanted" });
  assert.equal(found.content, "the wanted one");
});

test("the end of the time is told", () =>
  assert.rejects(client.messages.wait({ contains: "nothing like it", timeoutSeconds: 1 }), WaitTimeout));

test("texts are followed", async () => {
  for await (const { content } of client.messages.follow(process.env.BEFORE)) {
    assert.equal(content, "the wanted one");
    break;
  }
});
