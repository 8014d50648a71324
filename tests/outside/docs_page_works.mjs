// A browser signs in through Swagger UI and runs one call.
//
//   docs_page_works.mjs BASE TOKEN        CHROMIUM names the browser's program
import { chromium } from "playwright-core";

const [base, token] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const faults = [];
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => faults.push(`${error}`));
  page.on("requestfailed", (request) => faults.push(`${request.url()}: ${request.failure()?.errorText}`));
  page.on("request", (request) => request.url().startsWith(base) || request.url().startsWith("data:") || faults.push(`asks another house: ${request.url()}`));
  await page.goto(`${base}/docs`);
  await page.locator(".swagger-ui .info .title").waitFor({ timeout: 60_000 });

  await page.locator("button.authorize").first().click();
  const form = page.locator(".modal-ux form").filter({ hasText: /^\s*bearer/ });
  await form.locator("input[type=text]").fill(token);
  await form.locator("button.authorize").click();
  await page.locator(".modal-ux .close-modal").click();

  const operation = page.locator('[id$="-get_me"]');
  await operation.locator(".opblock-summary-control").click();
  await operation.locator("button.execute").click();
  const status = operation.locator(".live-responses-table .response-col_status").last();
  await status.waitFor({ timeout: 30_000 });
  const seen = (await status.innerText()).trim().split(/\s/)[0];
  const body = await operation.locator(".live-responses-table .highlight-code").first().innerText();
  if (seen !== "200" || !body.includes('"username"')) throw new Error(`GET /auth/me is answered ${seen}: ${body.slice(0, 500)}`);
  if (faults.length) throw new Error(faults.join("\n"));
  console.log(`docs page: signed in through Swagger UI with ${await browser.version()}, GET /auth/me answered ${seen}`);
} finally {
  await browser.close();
}
