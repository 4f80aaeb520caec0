// Real Chromium for tests of the web apps, headless, one of each kind a test file. A page fails its test on
// whatever the browser reports as an error: a refused resource, a missing message, an uncaught exception.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** Whatever takes longer than this on a busy machine does not happen at all. */
const PATIENCE_MS = 15_000;

export type PageOptions = {
  readonly language?: 'zh-CN' | 'en-GB';
  readonly theme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly permissions?: readonly string[];
  readonly userAgent?: string;
  /** A phone: touch, and two dots a pixel. */
  readonly isPhone?: boolean;
};

export const PHONE = { width: 390, height: 844 } as const;
export const DESK = { width: 1440, height: 900 } as const;

export class TestBrowser implements AsyncDisposable {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** @param video - a y4m file that stands for what the camera sees */
  static async start(video: string | null = null): Promise<TestBrowser> {
    return new TestBrowser(await chromium.launch(launching(video)));
  }

  /** A phone whose memory is a folder: what it kept is there when it is switched on again. */
  static async switchOn(folder: string, options: PageOptions = {}): Promise<TestPage> {
    const looks = { ...launching(null), ...contextOf({ isPhone: true, ...options }) };
    const context = await chromium.launchPersistentContext(folder, looks);
    context.setDefaultTimeout(PATIENCE_MS);
    return TestPage.over(context, context.pages()[0] ?? (await context.newPage()));
  }

  /** A browser profile of its own, with one page. */
  async open(options: PageOptions = {}): Promise<TestPage> {
    const context = await this.#browser.newContext(contextOf(options));
    context.setDefaultTimeout(PATIENCE_MS);
    return TestPage.over(context, await context.newPage());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

function launching(video: string | null) {
  const executablePath =
    process.env['KAIMEN_CHROMIUM'] ?? PLACES.find((place) => existsSync(place));
  if (executablePath === undefined) {
    throw new Error(
      'no Chromium: install it (Debian: apt-get install chromium) or name it in KAIMEN_CHROMIUM',
    );
  }
  const args = [
    '--no-sandbox',
    '--disable-dev-shm-usage',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    '--autoplay-policy=no-user-gesture-required',
    ...(video === null ? [] : [`--use-file-for-fake-video-capture=${video}`]),
  ];
  return { executablePath, args, headless: true };
}

function contextOf(options: PageOptions): BrowserContextOptions {
  return {
    locale: options.language ?? 'zh-CN',
    colorScheme: options.theme ?? 'light',
    viewport: options.viewport ?? PHONE,
    timezoneId: 'Asia/Shanghai',
    permissions: [...(options.permissions ?? ['camera'])],
    reducedMotion: 'reduce',
    ...(options.userAgent === undefined ? {} : { userAgent: options.userAgent }),
    ...(options.isPhone === true ? { hasTouch: true, deviceScaleFactor: 2 } : {}),
  };
}

export class TestPage implements AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser reported as errors; empty it when a test expects them. */
  readonly faults: string[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
  }

  static over(context: BrowserContext, page: Page): TestPage {
    const opened = new TestPage(context, page);
    page.on('console', (message) => {
      // A network that fails is what some tests are about; the app says so in its own words.
      const isNetwork = /Failed to load resource|net::ERR_/.test(message.text());
      if (message.type() === 'error' && !isNetwork) opened.faults.push(message.text());
    });
    page.on('pageerror', (error) => opened.faults.push(String(error.stack ?? error)));
    return opened;
  }

  /**
   * Serious and critical findings of axe-core on the page as it stands, one line each.
   *
   * @param only - of a rule alone, such as `color-contrast`
   */
  async axeFindings(only?: string): Promise<string[]> {
    // Evaluated by the debugger, past the page's content policy: axe is the test's, not the page's.
    const isThere = await this.page.evaluate<boolean>(`'axe' in globalThis`);
    if (!isThere) {
      const source = new URL(import.meta.resolve('axe-core/axe.min.js'));
      await this.page.evaluate(readFileSync(source, 'utf8'));
    }
    const options = {
      resultTypes: ['violations'],
      ...(only === undefined ? {} : { runOnly: [only] }),
    };
    const violations = await this.page.evaluate<Violation[]>(
      `axe.run(document, ${JSON.stringify(options)}).then((result) => result.violations)`,
    );
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    assert.deepEqual(this.faults, [], 'the browser reported errors');
  }
}

type Violation = {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
};
