import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator } from 'playwright-core';
import { become, cardOn, openBrowser, say } from './browser.ts';
import { openFolder, startProduct } from './product.ts';

// Makes the pictures of the console in docs, or in the folder that is given: the case of an invented person, as its
// approver sees it when everything is proven but the step that a person has to do.
const docs = process.argv[2] ?? fileURLToPath(new URL('../../docs', import.meta.url));

await using folder = await openFolder();
await using product = await startProduct(folder.path);
const browser = await openBrowser();
try {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 1062 },
    locale: 'en-GB',
    colorScheme: 'light',
  });
  page.setDefaultTimeout(60_000);
  await page.goto(`${product.page}#as=1003&in=C0OFFBOARD`);
  await say(page, '/offboard @Dana Reyes resigned');
  const card = cardOn(page);
  await card.getByText('A decision is needed').waitFor();
  await become(page, 'Selma Novak');
  await card.getByRole('button', { name: /^Approve/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Approve', exact: true }).click();
  await card.getByText('11 of 15 proven').first().waitFor();
  await page.getByText('Your decision is recorded').first().waitFor();

  await toTop(card.locator('.block.section').filter({ hasText: /^Steps/ }));
  await page.screenshot({ path: join(docs, 'console.png') });
  await page.setViewportSize({ width: 390, height: 844 });
  await toTop(card);
  await page.screenshot({ path: join(docs, 'console-phone.png') });
} finally {
  await browser.close();
  await product.end('SIGINT');
}

async function toTop(place: Locator): Promise<void> {
  await place.first().evaluate((node) => node.scrollIntoView({ block: 'start' }));
}
