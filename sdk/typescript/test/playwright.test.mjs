// The fixtures, in a Playwright of their own; no browser is needed.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";

const ANSWERS = {
  "/v1/sandbox/leases": [200, {}, { id: "lea_1", number: "+33639980001" }],
  "/v1/sandbox/leases/lea_1": [204],
  "/v1/messages/wait": [204, { "next-since": "msg_3.x", "retry-after": "0.1" }],
};
const ONE = ["--grep", "outlasts"];

async function playwright(environment = {}, ...more) {
  const server = createServer((request, response) => {
    const empty = [200, {}, { data: [], nextCursor: null, hasMore: false }];
    const [status, headers, body] = ANSWERS[request.url.split("?")[0]] ?? empty;
    response.writeHead(status, headers).end(body && JSON.stringify(body));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const settings = { SMSGATEWAY_URL: `http://127.0.0.1:${server.address().port}`, SMSGATEWAY_API_KEY: "sk_test_x" };
  const output = await mkdtemp(join(tmpdir(), "playwright-"));
  const child = spawn("node", ["../../node_modules/@playwright/test/cli.js", "test", "--output", output, ...more], {
    cwd: new URL("playwright/", import.meta.url),
    env: { PATH: process.env.PATH, ...settings, ...environment },
  });
  try {
    return await text(child.stdout);
  } finally {
    server.close();
    server.closeAllConnections();
    await rm(output, { recursive: true, force: true });
  }
}

test("that no text came is told, however long was waited", async () => {
  const said = await playwright();
  assert.match(said, /NoText: from "Shop", with a code: no text in 2 s to \+33639980001/);
  assert.match(said, /NoText: from "Second": no text in 1 s to/);
  assert.equal(said.match(/Test timeout of/g)?.length, 1, said); // of the one that stands still
});

test("a key that is missing or another's is told with the remedy", async () => {
  const missing = await playwright({ SMSGATEWAY_API_KEY: "" }, ...ONE);
  assert.match(missing, /TypeError: set SMSGATEWAY_API_KEY to a key of a sandbox \(sk_test_…\)\n/);
  assert.match(
    await playwright({ SMSGATEWAY_API_KEY: "sk_live_x" }, ...ONE),
    /ModeError: SMSGATEWAY_API_KEY is no key of a sandbox \(sk_test_…\): set one, or choose live by `use: \{ smsgwLive: "\+33…" \}`\n/,
  );
});
