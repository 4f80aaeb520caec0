// What every scenario is played on: a hub, a process of its own on its own PostgreSQL, a match that is on, lanes
// as processes, people signed in at the console, phones in real browsers.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Role } from '../../src/domain/access/roles.ts';
import { DrillClient, type Lane } from '../../src/drill/drill-client.ts';
import { ServerProcess } from '../../src/drill/server-process.ts';
import type { DeskConflict } from '../../src/protocol/desk.ts';
import type { ScanAnswer } from '../../src/protocol/scans.ts';
import { DESK, type TestBrowser, type TestPage } from '../../src/testing/browser.ts';
import { readCodes } from '../../src/testing/proof.ts';
import { SignedInBrowser } from '../../src/testing/signed-in-browser.ts';
import { readScans } from '../presentations.ts';
import { GateLane } from './gate-lane.ts';
import { type GroundSize, matchFile, refAt, ticketFile } from './small-ground.ts';

/** What control says reaches connected lanes in this time (design §2). */
export const WITHIN_MS = 2_000;

type Asked = { readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'; readonly body?: unknown };
type Person = { readonly login: string; readonly browser: SignedInBrowser };

export class ScenarioNight implements AsyncDisposable {
  readonly dir: string;
  readonly event: string;
  hub: ServerProcess;
  client: DrillClient;
  readonly codes = new Map<string, string>();
  readonly #lanes: GateLane[] = [];
  #people = 0;

  private constructor(dir: string, event: string, hub: ServerProcess, client: DrillClient) {
    this.dir = dir;
    this.event = event;
    this.hub = hub;
    this.client = client;
  }

  static async open(size: GroundSize): Promise<ScenarioNight> {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'kaimen-scenario-'));
    const hub = await ServerProcess.start(path.join(dir, 'hub'));
    const client = await DrillClient.open(hub.url, 8, hub.adminToken);
    const night = new ScenarioNight(dir, size.id, hub, client);
    await night.ask('', { method: 'PUT', body: matchFile(size) });
    const headers = { 'content-type': 'text/csv' };
    const body = ticketFile(size);
    await client.ask({ path: `${night.path}/tickets/import`, body, headers });
    await night.ask('/open', { method: 'POST' });
    const rows = await night.ask<{ ticket_ref: string; code: string }[]>(
      '/tickets/export?format=json',
    );
    for (const { ticket_ref, code } of rows) night.codes.set(ticket_ref, code);
    return night;
  }

  get path(): string {
    return `/api/v1/events/${this.event}`;
  }

  /** Of the event, as the administrator. */
  ask<T = Record<string, unknown>>(address: string, { method, body }: Asked = {}): Promise<T> {
    const asked = { method: method ?? (body === undefined ? 'GET' : 'POST') } as const;
    const path = `${this.path}${address}`;
    return this.client.ask<T>({ ...asked, path, ...(body === undefined ? {} : { body }) });
  }

  code(section: string, index: number): string {
    return this.codes.get(refAt(section, index)) ?? assert.fail(`no ticket ${section} ${index}`);
  }

  enrol(gate: string, lane: string): Promise<Lane> {
    const body = { event: this.event, gate, lane };
    return this.client.ask<Lane>({ path: '/api/v1/devices', body });
  }

  /** Enrols a lane and starts its program; it stops with the night. */
  async lane(gate: string, lane: string, urls = [this.hub.url]): Promise<GateLane> {
    const device = await this.enrol(gate, lane);
    const started = await GateLane.start(device, urls, path.join(this.dir, `${lane}.sqlite`));
    this.#lanes.push(started);
    return started;
  }

  /** Somebody with an account, who has just signed in. */
  async person(role: Role, name: string): Promise<Person> {
    this.#people += 1;
    const login = `${role}-${this.#people}`;
    const { code } = await this.client.ask<{ code: string }>({
      path: '/api/v1/accounts',
      body: { login, name, role },
    });
    const browser = new SignedInBrowser(this.hub.url);
    await browser.accept(code);
    return { login, browser };
  }

  /** A page of the console, in English, as this person sees it. */
  async console(browser: TestBrowser, { browser: as }: Person, page: string): Promise<TestPage> {
    const opened = await browser.open({ viewport: DESK, language: 'en-GB' });
    // A cookie for TLS alone, on loopback: a test may only name it as if there were TLS.
    const url = this.hub.url.replace('http:', 'https:');
    for (const [name, value] of as.cookies) {
      const cookie = { name, value, url, secure: true, httpOnly: true } as const;
      await opened.context.addCookies([{ ...cookie, sameSite: 'Lax' }]);
    }
    await opened.page.goto(`${this.hub.url}/console/e/${this.event}/${page}`);
    await opened.page.getByRole('heading', { level: 1 }).waitFor();
    return opened;
  }

  async inside(scope = 'ground'): Promise<number> {
    const { inside } = await this.ask<{ inside: Record<string, number> }>('/counts');
    return inside[scope] ?? 0;
  }

  async conflicts(): Promise<DeskConflict[]> {
    return (await this.ask<{ conflicts: DeskConflict[] }>('/desk/conflicts')).conflicts;
  }

  /** Entries of each ticket that were let in, by reference. */
  async entries(): Promise<ReadonlyMap<string, number>> {
    const entries = new Map<string, number>();
    for (const { ticketRef, verdict, direction } of await readScans(this.client, this.event)) {
      const isIn = verdict === 'admitted' || verdict === 'provisional';
      if (ticketRef === null || !isIn || direction !== 'in') continue;
      entries.set(ticketRef, (entries.get(ticketRef) ?? 0) + 1);
    }
    return entries;
  }

  scan(lane: Lane, code: string, direction: 'in' | 'out' = 'in'): Promise<ScanAnswer> {
    const scanId = crypto.randomUUID();
    return this.client.scan(lane, {
      scanId,
      code,
      direction,
      scannedAt: new Date().toISOString(),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const lane of this.#lanes) await lane[Symbol.asyncDispose]();
    this.client[Symbol.dispose]();
    await this.hub[Symbol.asyncDispose]();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** What the QR code on the screen says, read from its picture as a phone's camera reads it. */
export async function codeOnScreen({ page }: TestPage, name: RegExp): Promise<string> {
  const picture = await page.getByRole('img', { name }).screenshot();
  const [text] = await readCodes(picture);
  assert.ok(text !== undefined, 'the code on the screen cannot be read');
  return text;
}

/** What a link of the page leads to, fetched as this page would. */
export async function printed({ page }: TestPage, linkName: string): Promise<Uint8Array> {
  const href = await page.getByRole('link', { name: linkName }).first().getAttribute('href');
  const base64 = await page.evaluate<string>(`
    fetch(${JSON.stringify(href)}).then(async (response) => {
      if (!response.ok) throw new Error(response.status + ' ' + await response.text());
      const bytes = new Uint8Array(await response.arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    })`);
  return new Uint8Array(Buffer.from(base64, 'base64'));
}
