// Tests of Playwright that wait for a text: `import { expect, test } from "smsgateway-sdk/playwright"`.

import { test as base } from "@playwright/test";
import { Client } from "./client.js";
import { NotFoundError } from "./errors.js";
import { Sms } from "./sms.js";

export { expect } from "@playwright/test";
export { type Mark, NoText, type Sms, type Told, type Wanted } from "./sms.js";

const LEASE_S = 3600;

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
      await use(new Client({ mode: smsgwLive ? "live" : "sandbox" }));
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
    const sms = await Sms.of(smsgw, smsNumber, smsgwLive !== "");
    await use(sms);
    if (testInfo.status === testInfo.expectedStatus) return;
    for (const { link, message } of await sms.report()) {
      testInfo.annotations.push({ type: "text", description: link });
      const body = JSON.stringify(message ?? {}, null, 2);
      if (message) await testInfo.attach(message.id, { body, contentType: "application/json" });
    }
  },
});
