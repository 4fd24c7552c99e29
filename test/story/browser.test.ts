import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Browser, Page } from 'playwright-core';
import {
  become,
  becomeByKeyboard,
  browserIsHere,
  cardOn,
  executablePath,
  keepSteps,
  openBrowser,
  openConversation,
  say,
  stepsSeen,
  tabTo,
} from './browser.ts';
import { openFolder, runCommand, startProduct, type Product } from './product.ts';

const Holdings = z.array(z.object({ id: z.string() }));
const Evidence = z.object({
  phase: z.string(),
  summary: z.object({ proven: z.number(), attested: z.number(), open: z.number() }),
  events: z.array(
    z.object({
      kind: z.string(),
      actor: z.object({ kind: z.string(), id: z.string() }),
      stepId: z.string().optional(),
      before: z.object({ status: z.string(), entitlements: Holdings.optional() }).optional(),
      after: z
        .object({ status: z.string(), entitlements: Holdings.optional(), tokens: Holdings.optional() })
        .optional(),
    }),
  ),
});
type Evidence = z.output<typeof Evidence>;

/** What Okta last showed of the account, as the evidence has it. */
function lastOfOkta({ events }: Evidence) {
  return events.findLast(({ kind, stepId }) => kind === 'stepFinished' && stepId?.startsWith('okta:'))?.after;
}

describe.skipIf(!browserIsHere)(`the story in a browser (needs ${executablePath})`, { timeout: 300_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  async function openPage(product: Product) {
    const context = await browser.newContext({ acceptDownloads: true });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    // A press on a card that changed that very moment is refused and repeated; the browser tells of the refusal.
    page.on('console', (message) => {
      const repeated = message.text().includes('404') && message.location().url.includes('/api/press');
      if (message.type() === 'error' && !repeated) errors.push(message.text());
    });
    await page.goto(`${product.page}#as=1003&in=C0OFFBOARD`);
    await page.locator('#head h1').waitFor();
    return { page, errors, close: () => context.close() };
  }
  const confirmWith = (page: Page, name: string) =>
    page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

  const closeForm = (page: Page) =>
    page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();

  it('takes a person’s access away and gives it back, with people in the loop', async () => {
    await using folder = await openFolder();
    await using product = await startProduct(folder.path);
    const { page, errors, close } = await openPage(product);
    const list = page.locator('#list');
    const card = cardOn(page);
    const button = (name: RegExp) => card.getByRole('button', { name });

    async function giveWord(note: string) {
      const form = page.getByRole('dialog');
      await form.getByRole('textbox').fill(note);
      await form.getByRole('button', { name: 'I did it' }).click();
      await form.getByText('Your word is recorded').waitFor();
      await closeForm(page);
    }

    // Harriet Bloom asks, and may not say yes to what she asked for.
    await say(page, '/offboard @Dana Reyes resigned');
    await list.getByText('Case OFF-1 is open').waitFor();
    await card.getByText('A decision is needed. Nothing is changed yet.').waitFor();
    expect(await card.textContent()).toContain('Selma Novak');
    await button(/^Approve/).click();
    await confirmWith(page, 'Approve');
    await page.locator('.only-you').getByText('you asked for', { exact: false }).waitFor();
    expect(await card.textContent()).toContain('A decision is needed. Nothing is changed yet.');

    // Dana Reyes sees nothing of it, and finds nothing by asking.
    await become(page, 'Dana Reyes');
    expect(await page.locator('.conversation').allTextContents()).toEqual(['ExeuntApp']);
    await say(page, '/offboard status OFF-1');
    await page.locator('.message').waitFor();
    expect(await page.locator('#list').textContent()).not.toMatch(/resigned|Harriet|approval|decision/);

    // Selma Novak approves; every step goes from planned to proven before her eyes.
    await become(page, 'Selma Novak');
    await openConversation(page, 'offboarding');
    await keepSteps(page);
    await button(/^Approve/).click();
    await confirmWith(page, 'Approve');
    await card.getByText('11 of 15 proven').first().waitFor();
    const seen = await stepsSeen(page);
    const way = ['planned', 'running', 'proven (changed)'];
    const acted = Object.entries(seen).filter(([step]) => !/^Door badges|delete the account$/.test(step));
    // Never backwards, and in no other state; a step that the card has no room for at times shows a part of the way.
    for (const [step, states] of acted)
      expect([step, states]).toEqual([step, way.filter((one) => states.includes(one))]);
    expect(
      acted.filter(([, states]) => states[0] === 'planned' && states.at(-1) === way.at(-1)).length,
    ).toBeGreaterThan(4);
    expect(acted.flatMap(([, states]) => states)).toContain('running');

    // The whole plan says the same, the part that the card has no room for too.
    await button(/^View plan/).click();
    const plan = page.getByRole('dialog');
    await plan.getByText('Okta · dana.reyes@brightwater.example · suspend sign-in').waitFor();
    expect((await plan.textContent())?.match(/proven \(changed\)/g)).toHaveLength(11);
    await closeForm(page);

    // Ivo Petrov blocks the badge and gives his word, which is called his word and no proof.
    await become(page, 'Ivo Petrov');
    await button(/^Done by hand: Door badges/).click();
    await giveWord('Badge 4711 is blocked; see the door log of today.');
    await card.getByText('by hand (Ivo Petrov)').waitFor();
    expect(await card.textContent()).toMatch(/11 of 15 proven, 1 by hand/);

    // Selma Novak opens the evidence: what she sees is what the systems showed.
    await become(page, 'Selma Novak');
    await button(/^Evidence/).click();
    await list.getByText('11 steps proven by a fresh read, 1 attested by a person, 3 open.').waitFor();
    await openConversation(page, 'Exeunt');
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('.file').click()]);
    const proof = Evidence.parse(JSON.parse(await readFile(await download.path(), 'utf8')));
    expect(proof.summary).toEqual({ proven: 11, attested: 1, open: 3 });
    expect(lastOfOkta(proof)).toMatchObject({ status: 'suspended', entitlements: [] });
    expect(proof.events.find(({ kind }) => kind === 'attested')?.actor).toMatchObject({ kind: 'person' });

    // And presses Undo. What a system can give back is proven; the badge is opened by a person again.
    await openConversation(page, 'offboarding');
    await button(/^Undo/).click();
    await confirmWith(page, 'Give it back');
    await button(/^Done by hand: Door badges/).waitFor();
    await become(page, 'Ivo Petrov');
    await button(/^Done by hand: Door badges/).click();
    await giveWord('Badge 4711 opens the doors again.');
    await card.getByText('What could be given back was given back', { exact: false }).first().waitFor();
    expect(await button(/^Undo|^Approve|^Cancel/).count()).toBe(0);
    const { stdout } = await runCommand(['evidence', 'OFF-1'], { extra: { EXEUNT_DATA: folder.path } });
    const after = Evidence.parse(JSON.parse(stdout));
    const held = after.events.find(({ stepId }) => stepId?.startsWith('okta:'))?.before?.entitlements ?? [];
    expect(after.phase).toBe('restored');
    expect(held.length).toBeGreaterThan(0);
    expect(lastOfOkta(after)).toMatchObject({
      status: 'active',
      entitlements: expect.arrayContaining(held) as unknown,
    });

    expect(errors).toEqual([]);
    await close();
    await product.end('SIGINT');
  });

  it('is told from its beginning to its end by keyboard alone', async () => {
    await using folder = await openFolder();
    await using product = await startProduct(folder.path);
    const { page, errors, close } = await openPage(product);
    const card = cardOn(page);
    const { keyboard } = page;
    async function giveWord(note: string) {
      await tabTo(page, /^Done by hand: Door badges/);
      await keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      await keyboard.type(note);
      await tabTo(page, /^I did it$/);
      await keyboard.press('Enter');
      await page.getByRole('dialog').getByText('Your word is recorded').waitFor();
      await keyboard.press('Escape');
    }

    await tabTo(page, /^Skip to the composer/);
    await keyboard.press('Enter');
    await tabTo(page, /^Say a command/);
    await keyboard.type('/off');
    await keyboard.press('Enter');
    await keyboard.type('@Dana');
    await keyboard.press('Enter');
    await keyboard.type('resigned');
    await keyboard.press('Enter');
    await card.getByText('A decision is needed. Nothing is changed yet.').waitFor();

    await becomeByKeyboard(page, 'Selma Novak');
    await tabTo(page, /^Approve/);
    await keyboard.press('Enter');
    await tabTo(page, /^Approve$/);
    await keyboard.press('Enter');
    await card.getByText('11 of 15 proven').first().waitFor();

    await becomeByKeyboard(page, 'Ivo Petrov');
    await giveWord('Badge 4711 is blocked.');
    await card.getByText('by hand (Ivo Petrov)').waitFor();

    await becomeByKeyboard(page, 'Selma Novak');
    await tabTo(page, /^Evidence/);
    await keyboard.press('Enter');
    await page.locator('#list').getByText('11 steps proven by a fresh read, 1 attested by a person').waitFor();
    await tabTo(page, /^Undo/);
    await keyboard.press('Enter');
    await tabTo(page, /^Give it back$/);
    await keyboard.press('Enter');
    await card.getByRole('button', { name: /^Done by hand: Door badges/ }).waitFor();

    await becomeByKeyboard(page, 'Ivo Petrov');
    await giveWord('Badge 4711 opens the doors again.');
    await card.getByText('What could be given back was given back', { exact: false }).first().waitFor();

    expect(errors).toEqual([]);
    await close();
    await product.end('SIGINT');
  });

  it('becomes the person who was chosen, also while something is being drawn for another', async () => {
    await using folder = await openFolder();
    await using product = await startProduct(folder.path);
    const { page, close } = await openPage(product);
    await page.route('**/api/people', async (route) => {
      await sleep(500);
      await route.continue();
    });

    const drawn = page.waitForRequest('**/api/people');
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await drawn;
    await become(page, 'Selma Novak');

    await sleep(1_500);
    expect(await page.locator('.me').textContent()).toContain('Selma Novak');
    await close();
  });
});
