// The gate app in a browser under test, as a steward works it: by what stands on the buttons.
import type { Locator } from 'playwright-core';
import type { TestPage } from './browser.ts';

export class GatePage {
  readonly test: TestPage;

  constructor(test: TestPage) {
    this.test = test;
  }

  /** From the supervisor's code to the check before doors. */
  async join(url: string): Promise<void> {
    await this.test.page.goto(url);
    await this.button('开始检票', 'Start scanning').waitFor();
  }

  async listIsWhole(): Promise<void> {
    await this.test.page.locator('[data-check="list"][data-hue="admitted"]').waitFor();
  }

  async start(): Promise<void> {
    await this.button('开始检票', 'Start scanning').click();
  }

  /** Opens the camera anew: a video under test may show something else by now. */
  async lookAgain(): Promise<void> {
    await this.button('菜单', 'Menu').click();
    await this.button('设备检查', 'Phone check').click();
    await this.start();
  }

  verdict(name: string): Locator {
    return this.test.page.locator(`[data-verdict="${name}"]`);
  }

  /** Verdict, reason and rung of what is on the screen, once it is. */
  async shown(verdict: string): Promise<{ reason: string; rung: string; text: string }> {
    const screen = this.verdict(verdict);
    await screen.waitFor();
    const [reason, rung, text] = await Promise.all([
      screen.getAttribute('data-reason'),
      screen.getAttribute('data-rung'),
      screen.textContent(),
    ]);
    return { reason: reason ?? '', rung: rung ?? '', text: text ?? '' };
  }

  button(...names: string[]): Locator {
    const any = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
    return this.test.page.getByRole('button', { name: new RegExp(`^(${any})$`) });
  }
}
