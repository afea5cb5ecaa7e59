// What playwright.test.mjs runs: tests that wait for longer than they may take.
import { expect, NoText, test } from "../../dist/playwright.js";

test("it outlasts the test's own time", async ({ sms }) => {
  await sms.waitForCode({ sender: "Shop", timeout: 2_000 });
});

test("so does one after another", async ({ sms }) => {
  await expect(sms.waitFor({ timeout: 1_000 })).rejects.toThrow(NoText);
  await sms.waitFor({ sender: "Second", timeout: 1_000 });
});

test("what is not waiting has no more time than before", async ({ sms }) => {
  await expect(sms.waitFor({ timeout: 1_000 })).rejects.toThrow(NoText);
  await new Promise(() => {});
});
