// What the box office, the control room and whoever sets up the evening ask of the server, each with a
// token of their own role.
import type { LayoutDraft } from '#domain/seating/layout-draft.ts';
import { type Connections, openConnections } from '#drill/load/connections.ts';
import { controlsState } from '#protocol/controls.ts';
import type { EventFile } from '#protocol/event-file.ts';
import type { LayoutReport } from '#protocol/grounds.ts';
import { type EventCounts, eventCounts } from '#protocol/live.ts';
import { scanPage } from '#protocol/scans.ts';
import { type ImportReport, type TicketView, ticketView } from '#protocol/tickets.ts';

const CONNECTIONS = 8;
const ANSWER_MAX_MS = 60_000;

export type StoredScan = ReturnType<typeof scanPage.parse>['scans'][number];

type Tokens = { admin: string; control: string; boxOffice: string };

export class Hub implements Disposable {
  readonly #connections: Connections;
  readonly #tokens: Tokens;

  private constructor(connections: Connections, tokens: Tokens) {
    this.#connections = connections;
    this.#tokens = tokens;
  }

  static async open(url: string, adminToken: string): Promise<Hub> {
    const timeoutMs = ANSWER_MAX_MS;
    const connections = await openConnections(url, CONNECTIONS, adminToken, { timeoutMs });
    const tokenOf = async (role: string) => {
      const body = { role, person: `demo-${role}` };
      return (await connections.json<{ token: string }>({ path: '/api/v1/tokens', body })).token;
    };
    const control = await tokenOf('control-room');
    const boxOffice = await tokenOf('box-office');
    return new Hub(connections, { admin: adminToken, control, boxOffice });
  }

  async putEvent(file: EventFile): Promise<void> {
    const path = `/api/v1/events/${file.id}`;
    await this.#connections.json({ method: 'PUT', path, body: file });
  }

  async importLayout({ ground, ...file }: LayoutDraft): Promise<LayoutReport> {
    const path = `/api/v1/grounds/${ground}/layouts`;
    return await this.#connections.json<LayoutReport>({ path, body: file });
  }

  async openEvent(event: string): Promise<void> {
    await this.#connections.json({ method: 'POST', path: `/api/v1/events/${event}/open` });
  }

  async importTickets(event: string, csv: string, isDelta = false): Promise<ImportReport> {
    const path = `/api/v1/events/${event}/tickets/import${isDelta ? '?delta=true' : ''}`;
    const headers = { 'content-type': 'text/csv' };
    return await this.#connections.json<ImportReport>({ path, body: csv, headers });
  }

  /** @returns codes by ticket */
  async exportCodes(event: string): Promise<Map<string, string>> {
    const path = `/api/v1/events/${event}/tickets/export?format=csv`;
    const token = this.#tokens.boxOffice;
    const { status, body } = await this.#connections.request({ path, token });
    if (status !== 200) throw new Error(`the export was answered ${status}: ${body}`);
    const [, ...lines] = body.split('\r\n');
    return new Map(
      lines
        .filter((line) => line !== '')
        .map((line) => {
          const [ref = '', code = ''] = line.split(',', 2);
          return [ref, code] as const;
        }),
    );
  }

  async enrol(
    event: string,
    gate: string,
    lane: string,
  ): Promise<{ deviceId: string; token: string }> {
    const body = { event, gate, lane };
    const token = this.#tokens.control;
    return await this.#connections.json({ path: '/api/v1/devices', token, body });
  }

  /** @returns the new code */
  async reissue(event: string, ref: string): Promise<string> {
    const path = `/api/v1/events/${event}/tickets/${ref}/reissue`;
    const body = { reason: 'phone lost' };
    const token = this.#tokens.boxOffice;
    return (await this.#connections.json<{ code: string }>({ path, token, body })).code;
  }

  async block(event: string, ref: string): Promise<void> {
    const path = `/api/v1/events/${event}/tickets/${ref}/block`;
    const token = this.#tokens.boxOffice;
    await this.#connections.json({ path, token, body: { reason: 'card reported stolen' } });
  }

  async divert(
    event: string,
    sections: readonly string[],
    gates: readonly string[],
    until: Date,
  ): Promise<void> {
    const path = `/api/v1/events/${event}/diversions`;
    const reason = 'no power at the gate';
    const body = { sections, gates, until: until.toISOString(), reason };
    await this.#connections.json({ path, token: this.#tokens.control, body });
  }

  /** Diversions in force, as the server has them. */
  async diversions(event: string): Promise<number> {
    const path = `/api/v1/events/${event}/controls`;
    const controls = await this.#connections.json({ path, token: this.#tokens.control });
    return controlsState.parse(controls).diversions.length;
  }

  async counts(event: string): Promise<EventCounts> {
    const path = `/api/v1/events/${event}/counts`;
    return eventCounts.parse(await this.#connections.json({ path, token: this.#tokens.control }));
  }

  /** Every verdict that is stored, in the order of its revision. */
  async *scans(event: string): AsyncGenerator<StoredScan> {
    let after = '0';
    for (;;) {
      const path = `/api/v1/events/${event}/scans?limit=1000&after=${after}`;
      const token = this.#tokens.control;
      const page = scanPage.parse(await this.#connections.json({ path, token }));
      yield* page.scans;
      if (page.next === null) return;
      after = page.next;
    }
  }

  async ticket(event: string, ref: string): Promise<TicketView> {
    const path = `/api/v1/events/${event}/tickets/${ref}`;
    const token = this.#tokens.control;
    return ticketView.parse(await this.#connections.json({ path, token }));
  }

  [Symbol.dispose](): void {
    this.#connections.close();
  }
}
