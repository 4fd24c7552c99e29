import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserIsHere, executablePath, openBrowser } from '../../story/browser.ts';
import { openTestWorld } from './world.ts';

if (!browserIsHere) console.log(`skipped: the console page needs a browser, and there is none at ${executablePath}`);

describe.skipIf(!browserIsHere)('the console page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  async function openPage(url: string, at = '#as=1004&in=C0OFFBOARD') {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(8000);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(url + at);
    await page.locator('#head h1').waitFor();
    return { page, errors, close: () => context.close() };
  }
  async function say(page: Page, text: string) {
    await page.locator('#composer-text').fill(text);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
  }

  it('carries a decision by keyboard alone: command, card, confirmation', async () => {
    await using world = await openTestWorld();
    const { page, errors, close } = await openPage(world.url);

    await page.locator('#composer-text').focus();
    await page.keyboard.type('/offboard @Da');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.getByText('Only visible to you').waitFor();
    await page.getByRole('button', { name: 'Approve…' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    expect(world.app.heard.bodies).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Approve', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Approved by @Hugo Marchetti').waitFor();
    expect(await page.evaluate(`document.activeElement.closest('.message') !== null`)).toBe(true);

    expect(world.app.heard.texts).toEqual(['<@U00001010|dana.reyes>']);
    expect(errors).toEqual([]);
    await close();
  });

  it('fills a form, shows what is wrong under the field, and closes when it is right', async () => {
    await using world = await openTestWorld();
    const { page, errors, close } = await openPage(world.url);
    await say(page, '/offboard form');
    const dialog = page.getByRole('dialog');

    await dialog.getByLabel('Why, in words?').fill('no');
    await page.keyboard.press('Enter');
    await dialog.getByText('Say more.').waitFor();
    await dialog.getByLabel('Why, in words?').fill('moved to a boat');
    await dialog.getByLabel('Successor').selectOption({ label: 'Selma Novak, Head of Security' });
    await dialog.getByRole('button', { name: 'Send' }).click();
    await dialog.waitFor({ state: 'detached' });

    expect(world.app.heard.bodies.at(-1)).toMatchObject({
      view: { state: { values: { successor: { user: { selected_user: 'U00001005' } } } } },
    });
    expect(errors).toEqual([]);
    await close();
  });

  it('closes a form with Esc, for the bot too', async () => {
    await using world = await openTestWorld();
    const { page, close } = await openPage(world.url);
    await say(page, '/offboard form');
    await page.getByRole('dialog').waitFor();

    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await expect.poll(() => world.slack.workspace.topView('U00001004')).toBeUndefined();
    await close();
  });

  it('makes no element of foreign text and follows no foreign script', async () => {
    await using world = await openTestWorld();
    const hostile = [
      '<img src=x onerror=document.title=1> &lt;script&gt;document.title=2&lt;/script&gt;',
      '<javascript:alert(1)|press me> <data:text/html,x|and me>',
      '*<https://evil.example/?a="b|okta.com>* <!channel> `<b>code</b>` :white_check_mark: <@U0NOBODY|<i>x</i>>',
    ].join('\n');
    await world.app.client.chat.postMessage({
      channel: 'C0OFFBOARD',
      text: hostile,
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: '<h1 onclick=x>Header</h1>' } },
        { type: 'section', text: { type: 'mrkdwn', text: hostile } },
        { type: 'context', elements: [{ type: 'mrkdwn', text: hostile }] },
      ],
    });
    await world.app.client.chat.postMessage({ channel: 'C0OFFBOARD', text: hostile });
    const { page, errors, close } = await openPage(world.url);
    await page.locator('.message').nth(1).waitFor();

    const list = page.locator('#list');
    expect(await list.locator('img, script, i, b, h1, iframe').count()).toBe(0);
    expect(await list.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href')))).toEqual(
      Array.from({ length: 3 }, () => 'https://evil.example/?a="b'),
    );
    expect(await list.locator('[onclick], [onerror]').count()).toBe(0);
    expect(await page.title()).toBe('#offboarding · Exeunt console');
    expect(await list.textContent()).toContain('<h1 onclick=x>Header</h1>');
    expect(errors).toEqual([]);
    await close();
  });

  it('shows a message at once when it comes, and says it aloud', async () => {
    await using world = await openTestWorld();
    const { page, close } = await openPage(world.url);
    await page.getByText('Nothing here yet').waitFor();
    await world.app.client.chat.postMessage({ channel: 'C0OFFBOARD', text: 'the first' });
    await page.getByText('the first').first().waitFor();

    await world.app.client.chat.postMessage({ channel: 'C0OFFBOARD', text: 'a *second*' });

    await expect.poll(() => page.locator('#live').textContent()).toBe('Exeunt: a second');
    await close();
  });

  it('becomes somebody else, who sees what they see', async () => {
    await using world = await openTestWorld();
    const { page, close } = await openPage(world.url);
    await say(page, '/offboard ana');
    await page.getByText('Begun.', { exact: true }).waitFor();

    await page.getByRole('button', { name: /You act as Hugo/ }).click();
    await page.keyboard.type('dana');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /You act as Dana/ }).waitFor();

    expect(await page.locator('.conversation').allTextContents()).toEqual(['#general', 'ExeuntApp']);
    expect(await page.getByText('Begun.').count()).toBe(0);
    await close();
  });

  it('fits a phone: nothing is wider than the screen', async () => {
    await using world = await openTestWorld();
    const { page, close } = await openPage(world.url);
    await say(page, `/offboard ${'x'.repeat(300)}`);
    await page.getByText('Begun.', { exact: true }).waitFor();

    await page.setViewportSize({ width: 360, height: 740 });

    expect(await page.evaluate(`document.querySelector('#scroll').scrollWidth <= innerWidth`)).toBe(true);
    await page.getByRole('button', { name: 'People and conversations' }).click();
    await page.getByRole('button', { name: /You act as/ }).click();
    await close();
  });
});
