// Tests of Playwright that wait for a text: `import { expect, test } from "smsgateway-sdk/playwright"`.

import { type TestInfo, test as base } from "@playwright/test";
import { Client, type Mode } from "./client.js";
import { ModeError, NotFoundError } from "./errors.js";
import { Sms, type Waiting } from "./sms.js";

export { expect } from "@playwright/test";
export { type Mark, NoText, type Sms, type Told, type Wanted } from "./sms.js";

const LEASE_S = 3600;
const TELLING_MS = 10_000; // for what is asked once a text did not come

export interface SmsFixtures {
  /** The texts to `smsNumber` that come from the beginning of this test on. */
  sms: Sms;
}

export interface SmsWorkerFixtures {
  /** A client, by SMSGATEWAY_API_KEY and SMSGATEWAY_URL. A key of live is refused without `smsgwLive`. */
  smsgw: Client;
  /** A number that only this worker has, E.164; of live the one that was named. */
  smsNumber: string;
  /** For `use` in the configuration: use a key of live, and wait for texts to this number of yours. */
  smsgwLive: string;
  /** For `use` as well: for how long a worker has its number; longer than the tests take. */
  smsgwLeaseSeconds: number;
}

export const test = base.extend<SmsFixtures, SmsWorkerFixtures>({
  smsgwLive: ["", { scope: "worker", option: true }],
  smsgwLeaseSeconds: [LEASE_S, { scope: "worker", option: true }],

  smsgw: [
    async ({ smsgwLive }, use) => {
      await use(made(smsgwLive ? "live" : "sandbox"));
    },
    { scope: "worker" },
  ],

  smsNumber: [
    async ({ smsgw, smsgwLive, smsgwLeaseSeconds }, use) => {
      if (smsgwLive) {
        await use(smsgwLive);
        return;
      }
      const lease = await smsgw.sandbox.createLease({ ttl: smsgwLeaseSeconds });
      await use(lease.number);
      await smsgw.sandbox.deleteLease(lease.id).catch((error: unknown) => {
        if (!(error instanceof NotFoundError)) throw error; // else it is over
      });
    },
    { scope: "worker" },
  ],

  sms: async ({ smsgw, smsNumber, smsgwLive }, use, testInfo) => {
    const sms = await Sms.of(smsgw, smsNumber, smsgwLive !== "", apart(testInfo));
    await use(sms);
    if (testInfo.status === testInfo.expectedStatus) return;
    for (const { line, link, message } of await sms.report()) {
      testInfo.annotations.push({ type: "text", description: `${line} ${link}` });
      const { explanation: _, ...told } = message ?? {}; // which is on the page that the link leads to
      const body = JSON.stringify(told, null, 2);
      if (message) await testInfo.attach(message.id, { body, contentType: "application/json" });
    }
  },
});

/** Throws an error that says what to do. */
function made(mode: Mode): Client {
  const kind = mode === "live" ? "live (sk_live_…)" : "a sandbox (sk_test_…)";
  const { SMSGATEWAY_API_KEY: key, SMSGATEWAY_URL: baseUrl } = process.env;
  if (!key) throw new TypeError(`set SMSGATEWAY_API_KEY to a key of ${kind}`);
  if (!baseUrl) throw new TypeError("set SMSGATEWAY_URL to the gateway's address, such as http://127.0.0.1:8000");
  try {
    return new Client({ key, baseUrl, mode });
  } catch (error) {
    if (!(error instanceof ModeError)) throw error;
    const remedy = mode === "live" ? "" : ', or choose live by `use: { smsgwLive: "+33…" }`';
    throw new ModeError(`SMSGATEWAY_API_KEY is no key of ${kind}: set one${remedy}`);
  }
}

/** Time spent waiting does not count as the test's own: else it could end before it is told that no text came. */
function apart(testInfo: TestInfo): Waiting {
  const extend = (milliseconds: number) => {
    if (testInfo.timeout > 0) testInfo.setTimeout(Math.max(1, Math.ceil(testInfo.timeout + milliseconds))); // 0: no end
  };
  return async (timeout, wait) => {
    const begun = performance.now();
    const given = timeout + TELLING_MS;
    extend(given);
    try {
      return await wait();
    } finally {
      extend(Math.min(0, performance.now() - begun - given)); // what was not needed
    }
  };
}
