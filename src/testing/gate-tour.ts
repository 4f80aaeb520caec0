// Every screen of the gate app, one after the other, as a steward comes to them: for pictures and for axe.
import type { TestBrowser, TestPage } from './browser.ts';
import { GATE_EVENT, type GateEvening, type GateTicket } from './gate-evening.ts';
import { GatePage } from './gate-page.ts';

export type TourOptions = {
  readonly language: 'zh-CN' | 'en-GB';
  readonly theme: 'light' | 'dark';
  /** A phone's, unless another is given. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Refused tickets need not be fresh; these are let in, so each tour needs its own. */
  readonly fresh: readonly [GateTicket, GateTicket];
};

const WECHAT =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.49';
const LABELS = {
  call: ['呼叫', 'Call'],
  back: ['返回', 'Back'],
  next: ['下一位', 'Next'],
  fan: ['给球迷看', 'Show the fan'],
  menu: ['菜单', 'Menu'],
  close: ['关闭', 'Close'],
  cancel: ['取消', 'Cancel'],
} as const;

export async function gateTour(
  browser: TestBrowser,
  evening: GateEvening,
  options: TourOptions,
  visit: (name: string, opened: TestPage) => Promise<void>,
): Promise<void> {
  const { language, theme, fresh, viewport } = options;
  const looks = { language, theme, ...(viewport === undefined ? { isPhone: true } : { viewport }) };
  await using outside = await browser.open({ ...looks, userAgent: WECHAT });
  await outside.page.goto((await evening.offer()).url);
  await outside.page.getByRole('listitem').first().waitFor();
  await visit('wechat', outside);

  await using opened = await browser.open(looks);
  const tour = new Tour(opened, evening, (name) => visit(name, opened));
  await tour.joining();
  await tour.verdicts(fresh[0]);
  await tour.message(language);
  await tour.sheets();
  await tour.alone(fresh[1]);
  await tour.tally();
}

class Tour {
  readonly #opened: TestPage;
  readonly #evening: GateEvening;
  readonly #gate: GatePage;
  readonly #see: (name: string) => Promise<void>;

  constructor(opened: TestPage, evening: GateEvening, see: (name: string) => Promise<void>) {
    this.#opened = opened;
    this.#evening = evening;
    this.#gate = new GatePage(opened);
    this.#see = see;
  }

  async joining(): Promise<void> {
    const { page } = this.#opened;
    await page.goto(`${this.#evening.hub.url}/gate/`);
    await page.getByRole('textbox').waitFor();
    await this.#see('join');
    await this.#gate.join((await this.#evening.offer()).url);
    await this.#gate.listIsWhole();
    await this.#see('ready');
    await this.#gate.start();
    await page.locator('video').waitFor();
    await this.#see('scan');
  }

  async verdicts(fresh: GateTicket): Promise<void> {
    await this.#gate.type(this.#evening.code(fresh));
    await this.#gate.verdict('admitted').waitFor();
    await this.#see('admitted');
    await this.#gate.verdict('admitted').waitFor({ state: 'detached' });
    await this.#gate.forgetLast();
    await this.#refused('used', this.#evening.code(fresh), 'and for the fan');
    await this.#refused('wrong-gate', this.#evening.code('HY-000003'), 'and for the fan');
    await this.#refused('check-id', this.#evening.code('HY-000004'), null, 'referred');
    await this.#refused('unreadable', 'SOMETHING-ELSE-ALTOGETHER', null);
  }

  async message(language: TourOptions['language']): Promise<void> {
    const text =
      language === 'zh-CN'
        ? '北1入口排队较长，请开第二道。'
        : 'Long queue at North 1: open the second lane.';
    const sent = { to: 'gate/N1', text, urgency: 'important' };
    const { id } = await this.#evening.act('/messages', sent);
    await this.#gate.button('知道了', 'Understood').waitFor();
    await this.#see('message');
    await this.#gate.button('知道了', 'Understood').click();
    // The next tour's phone has not acknowledged it.
    const path = `${GATE_EVENT}/messages/${String(id)}`;
    await this.#evening.hub.ask(path, { method: 'DELETE' });
  }

  async sheets(): Promise<void> {
    await this.#press('menu');
    await this.#see('menu');
    for (const [name, ...words] of SHEETS) {
      await this.#gate.button(...words).click();
      await this.#see(name);
      await this.#press('close');
      await this.#press('menu');
    }
    await this.#gate.button('交接本道', 'Hand over this lane').click();
    await this.#gate.button('生成交接码', 'Make the code').click();
    await this.#opened.page.getByRole('dialog').getByRole('img').waitFor();
    await this.#see('handover');
    await this.#press('close');
    await this.#gate.holdCall();
    await this.#see('call');
    await this.#press('cancel');
  }

  async alone(fresh: GateTicket): Promise<void> {
    await this.#opened.context.setOffline(true);
    await this.#gate.type(this.#evening.code(fresh));
    await this.#gate.verdict('provisional').waitFor();
    await this.#see('provisional');
    await this.#gate.verdict('provisional').waitFor({ state: 'detached' });
    await this.#see('alone');
    await this.#opened.context.setOffline(false);
  }

  async tally(): Promise<void> {
    await this.#press('menu');
    await this.#gate.button('验票方式', 'How to check').click();
    await this.#gate.button('人工验票', 'By eye').click();
    const { name, pin } = await this.#evening.supervisor();
    const dialog = this.#opened.page.getByRole('dialog');
    await dialog.getByLabel(/^(姓名|Name)$/).fill(name);
    await dialog.getByLabel(/^(密码|PIN)/).fill(pin);
    await this.#gate.button('改为此方式', 'Change to this').click();
    await this.#gate.button('\\+1 入场', '\\+1 in').click();
    await this.#opened.page.locator('[data-count="tally"]', { hasText: '1' }).waitFor();
    await this.#see('tally');
  }

  #press(label: keyof typeof LABELS): Promise<void> {
    return this.#gate.button(...LABELS[label]).click();
  }

  async #refused(
    name: string,
    code: string,
    forFan: 'and for the fan' | null,
    verdict = 'refused',
  ): Promise<void> {
    await this.#gate.type(code);
    await this.#gate.verdict(verdict).waitFor();
    await this.#see(name);
    if (forFan !== null) {
      await this.#press('fan');
      await this.#see(`${name}-fan`);
      await this.#press('back');
    }
    await this.#press('next');
  }
}

const SHEETS = [
  ['manual', '手工输入', 'Type a code'],
  ['find', '查票', 'Find a ticket'],
  ['queue', '报排队', 'Queue here'],
  ['undo', '撤回放行', 'Take back'],
  ['operator', '签到', 'Sign on'],
  ['mode', '验票方式', 'How to check'],
  ['readers', '扫码枪', 'Readers'],
  ['looks', '语言与外观', 'Language and theme'],
] as const;
