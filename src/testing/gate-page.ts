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
    await this.button('菜单', 'Menu').waitFor();
  }

  /** Opens the camera anew: a video under test may show something else by now. */
  async lookAgain(): Promise<void> {
    await this.button('菜单', 'Menu').click();
    await this.button('设备检查', 'Phone check').click();
    await this.start();
  }

  /** As a reader does that types like a keyboard, a key each 8 ms, however long a busy machine takes to play them. */
  async type(code: string): Promise<void> {
    await this.test.page.evaluate(`
      const startedMs = performance.now();
      for (const [index, key] of [...${JSON.stringify(code)}, 'Enter'].entries()) {
        const code = /[a-z]/i.test(key) && key.length === 1 ? 'Key' + key.toUpperCase() : 'Digit' + key;
        const event = new KeyboardEvent('keydown', { key, code, cancelable: true });
        Object.defineProperty(event, 'timeStamp', { value: startedMs + index * 8 });
        window.dispatchEvent(event);
      }`);
  }

  /** The browser's own keys, as a reader sends them: one every ten milliseconds, whatever else is going on. */
  async press(code: string): Promise<void> {
    const { context, page } = this.test;
    const keyboard = await context.newCDPSession(page);
    const startedS = Date.now() / 1_000;
    const keys = [...code].map((key) => ({
      ...{ key, text: key, windowsVirtualKeyCode: key.charCodeAt(0) },
      code: /[A-Z]/.test(key) ? `Key${key}` : `Digit${key}`,
    }));
    const enter = { key: 'Enter', code: 'Enter', text: '\r', windowsVirtualKeyCode: 13 };
    await Promise.all(
      [...keys, enter].flatMap((each, index) =>
        (['keyDown', 'keyUp'] as const).map((type) =>
          keyboard.send('Input.dispatchKeyEvent', {
            ...{ ...each, type },
            timestamp: startedS + index / 100,
          }),
        ),
      ),
    );
    await keyboard.detach();
  }

  /** The same code once more counts as another presentation only after a while. */
  async forgetLast(): Promise<void> {
    await this.test.page.waitForTimeout(3_100);
  }

  async holdCall(): Promise<void> {
    await this.button('呼叫', 'Call').click({ delay: 900 });
    await this.test.page.getByRole('dialog').waitFor();
  }

  verdict(name: string): Locator {
    return this.test.page.locator(`[data-verdict="${name}"]`);
  }

  /** Reason and rung of what is on the screen, once it is one of these. */
  async shown(
    ...verdicts: readonly string[]
  ): Promise<{ reason: string; rung: string; text: string }> {
    // In one look: a verdict stays for a moment only, and a busy machine takes longer between two.
    const screen = this.test.page.locator(verdicts.map((one) => `[data-verdict="${one}"]`).join());
    return await screen.evaluate((shown) => ({
      reason: shown.getAttribute('data-reason') ?? '',
      rung: shown.getAttribute('data-rung') ?? '',
      text: shown.textContent ?? '',
    }));
  }

  /** By its words, as regular expressions, in either language; of a sheet, while one is open. */
  button(...names: string[]): Locator {
    return this.test.page
      .locator('dialog[open], body:not(:has(dialog[open]))')
      .getByRole('button', { name: new RegExp(`^(${names.join('|')})$`) })
      .first();
  }
}
