// Signing in to the shop, in a browser: SHOP_URL=http://127.0.0.1:5000 npx playwright test --workers=4
import { expect, test } from "smsgateway-sdk/playwright";

test.beforeEach(async ({ page, smsNumber }) => {
  await page.goto("/");
  await page.getByLabel("Phone number").fill(smsNumber);
});

test("who has the code comes in", async ({ page, sms, smsNumber }) => {
  await page.getByRole("button", { name: "Send me a code" }).click();
  await page.getByLabel("Code").fill(await sms.waitForCode({ sender: "CornerShop" }));
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText(`Good to see you, ${smsNumber}.`)).toBeVisible();
});

test("who has another stays outside", async ({ page, sms }) => {
  await page.getByRole("button", { name: "Send me a code" }).click();
  const code = await sms.waitForCode();
  await page.getByLabel("Code").fill(String((Number(code) + 1) % 1_000_000).padStart(6, "0"));
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toHaveText("That is not the code.");
});

test("only the latest code counts", async ({ page, sms, smsNumber }) => {
  await page.getByRole("button", { name: "Send me a code" }).click();
  await sms.waitForCode();
  await sms.mark();
  await page.goto("/");
  await page.getByLabel("Phone number").fill(smsNumber);
  await page.getByRole("button", { name: "Send me a code" }).click();
  await page.getByLabel("Code").fill(await sms.waitForCode());
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading")).toHaveText("Corner Shop");
});
