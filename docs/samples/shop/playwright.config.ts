import { defineConfig } from "@playwright/test";

// CHROMIUM names a browser of this machine; without it, the one that `npx playwright install chromium` brought.
const { CHROMIUM, SHOP_URL = "http://127.0.0.1:5000" } = process.env;

export default defineConfig({
  fullyParallel: true,
  use: {
    baseURL: SHOP_URL,
    launchOptions: CHROMIUM ? { executablePath: CHROMIUM, args: ["--no-sandbox"] } : {},
  },
});
