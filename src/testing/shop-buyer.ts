// What a buyer does in the shop's pages, for tests in a browser.
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';

const STEPS_MAX = 80;

/** Counts what it taps. */
export class Fingers {
  taps = 0;

  async tap(target: Locator): Promise<void> {
    this.taps += 1;
    await target.tap();
  }
}

type Role = 'button' | 'combobox' | 'textbox' | 'link';

/** Steps on with Tab until the focus is there; a control that is never reached fails. */
export async function reach(page: Page, role: Role, name: string | RegExp): Promise<void> {
  const wanted = page.getByRole(role, typeof name === 'string' ? { name, exact: true } : { name });
  await wanted.waitFor();
  for (let steps = 0; steps < STEPS_MAX; steps += 1) {
    if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`the keyboard does not reach “${name}”`);
}

export async function pressUntil(
  page: Page,
  role: Role,
  name: string,
  key: 'Enter' | 'Space',
): Promise<void> {
  await reach(page, role, name);
  await page.keyboard.press(key);
}

export type BoughtTicket = {
  readonly line: string;
  readonly code: string;
  readonly stand: string;
  readonly secret: string;
};

const STANDS: Readonly<Record<string, string>> = { N: 'north', E: 'east', S: 'south', W: 'west' };

/** Tickets that admit, as the page's own storage has them. */
export async function boughtCodes(page: Page): Promise<BoughtTicket[]> {
  const kept = await page.evaluate<Kept[]>(
    `Object.keys(localStorage).filter((key) => key.startsWith('kaimen.shop.order.'))
      .map((key) => JSON.parse(localStorage.getItem(key)))`,
  );
  return kept.flatMap(({ secret, view }) =>
    view.tickets.flatMap(({ line, code, status }) => {
      const section = view.places.find((place) => place.line === line)?.section ?? '';
      if (code === null || status !== 'valid') return [];
      return [{ line, code, secret, stand: STANDS[section.slice(0, 1)] ?? '' }];
    }),
  );
}

type Kept = {
  readonly secret: string;
  readonly view: {
    readonly tickets: readonly { line: string; code: string | null; status: string }[];
    readonly places: readonly { line: string; section: string }[];
  };
};
