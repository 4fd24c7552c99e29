import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Where Debian puts the browser. */
export const executablePath = '/usr/bin/chromium';
export const browserIsHere = existsSync(executablePath);

/** Starts a browser that asks nobody anything. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Says a command in the conversation that is open, as a person does who types it. */
export async function say(page: Page, text: string): Promise<void> {
  await page.locator('#composer-text').fill(text);
  // Closes the suggestions, so that Enter sends.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
}

/** Becomes somebody else by name, through the list at the top left. */
export async function become(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /You act as/ }).click();
  await page.getByRole('searchbox', { name: 'Find a person to act as' }).fill(name);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: `You act as ${name}` }).waitFor();
}

/** Presses Tab until what has the focus is called like `name`. Throws with every name on the way when nothing is. */
export async function tabTo(page: Page, name: RegExp): Promise<void> {
  const way: string[] = [];
  for (let press = 0; press < 100; press += 1) {
    const now: string = await page.evaluate(
      `document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()`,
    );
    if (name.test(now)) return;
    way.push(now.slice(0, 40));
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never comes to ${String(name)}, only to: ${[...new Set(way)].join(' | ')}`);
}

/** Becomes somebody else without a mouse. */
export async function becomeByKeyboard(page: Page, name: string): Promise<void> {
  await tabTo(page, /^You act as/);
  await page.keyboard.press('Enter');
  await page.keyboard.type(name);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: `You act as ${name}` }).waitFor();
}

/** Goes to one of the conversations at the left. */
export function openConversation(page: Page, name: string): Promise<void> {
  return page.locator('.conversation').filter({ hasText: name }).click();
}

/** The card of the case: the one message with a header. */
export function cardOn(page: Page) {
  return page.locator('.message').filter({ has: page.locator('.block.header') });
}

/** From now on the page itself keeps every state that each step of the card is shown in; nothing between is missed. */
export function keepSteps(page: Page): Promise<void> {
  return page.evaluate(`{
    const seen = (window.stepsSeen = {});
    const look = () => {
      for (const node of document.querySelectorAll('.card .text'))
        for (const line of node.innerText.split('\\n')) {
          const found = /^[○◐↻✓?!✎] ([^:·]+) · (.+?)(?: — .*)?$/u.exec(line);
          if (!found) continue;
          const states = (seen[found[2]] ??= []);
          if (states.at(-1) !== found[1]) states.push(found[1]);
        }
    };
    look();
    new MutationObserver(look).observe(document.getElementById('list'), { childList: true, subtree: true });
  }`);
}

/** The states in which each step was shown since `keepSteps`, in their order. */
export function stepsSeen(page: Page): Promise<Record<string, string[]>> {
  return page.evaluate('window.stepsSeen');
}
