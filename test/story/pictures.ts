import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { become, cardOn, openBrowser, say } from './browser.ts';
import { openFolder, startProduct } from './product.ts';

const docs = process.argv[2] ?? fileURLToPath(new URL('../../docs', import.meta.url));

// Makes the pictures of the console in docs: a case of an invented person, seen by its approver.
await using folder = await openFolder();
await using product = await startProduct(folder.path);
const browser = await openBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', colorScheme: 'light' });
  page.setDefaultTimeout(60_000);
  await page.goto(`${product.page}#as=1003&in=C0OFFBOARD`);
  await say(page, '/offboard @Dana Reyes resigned');
  await become(page, 'Selma Novak');
  const card = cardOn(page);
  await card.getByText('A decision is needed').waitFor();
  await page.screenshot({ path: join(docs, 'console-asked.png') });
  await card.getByRole('button', { name: /^Approve/ }).click();
  await page.screenshot({ path: join(docs, 'console-confirm.png') });
  await page.getByRole('dialog').getByRole('button', { name: 'Approve', exact: true }).click();
  await card.getByText('11 of 15 proven').first().waitFor();
  await card.evaluate((node) => node.scrollIntoView({ block: 'start' }));
  await page.screenshot({ path: join(docs, 'console.png') });
  await page.locator('#scroll').evaluate((node) => (node.scrollTop = node.scrollHeight));
  await page.screenshot({ path: join(docs, 'console-end.png') });

  await page.setViewportSize({ width: 390, height: 844 });
  await card.evaluate((node) => node.scrollIntoView({ block: 'start' }));
  await page.screenshot({ path: join(docs, 'console-phone.png') });
} finally {
  await browser.close();
  await product.end('SIGINT');
}
