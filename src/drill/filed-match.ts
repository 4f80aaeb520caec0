// A match that is filled by ticket files alone, as a club’s old system sends them.
import type { ListPage } from '#protocol/ticket-list.ts';
import type { ImportReport, TicketView } from '#protocol/tickets.ts';
import type { DrillClient, Lane } from './drill-client.ts';
import { entryScan } from './small-match.ts';

const HOUR_MS = 3_600_000;
const NAME = { 'zh-CN': '名', en: 'Name' };

/** Of two stands, one gate and one ticket type, and on now. */
export class FiledMatch {
  readonly id: string;
  readonly #client: DrillClient;
  #lane: Lane | null = null;
  #scans = 0;

  private constructor(client: DrillClient, id: string) {
    this.#client = client;
    this.id = id;
  }

  /** @param client - with the token of whoever may import */
  static async open(client: DrillClient, id: string): Promise<FiledMatch> {
    const match = new FiledMatch(client, id);
    await client.ask({ method: 'PUT', path: match.path, body: matchFile(id) });
    await client.ask({ method: 'POST', path: `${match.path}/open` });
    return match;
  }

  get path(): string {
    return `/api/v1/events/${this.id}`;
  }

  /** @returns the report; or, of a refused file, each problem in a line */
  async send(csv: string | Buffer, query = '?delta=true'): Promise<ImportReport | string[]> {
    const answer = await this.#client.tryAsk({
      path: `${this.path}/tickets/import${query}`,
      body: csv,
      headers: { 'content-type': 'text/csv' },
    });
    if (answer?.status === 200) return answer.body as ImportReport;
    if (answer?.status !== 422) throw new Error(JSON.stringify(answer));
    const { errors } = answer.body as { errors: { field: string; message: string }[] };
    return errors.map(({ field, message }) => `${field}: ${message}`);
  }

  /** Imports a file that must be taken. */
  async take(csv: string, query?: string): Promise<ImportReport> {
    const report = await this.send(csv, query);
    if (Array.isArray(report)) throw new Error(report.join('\n'));
    return report;
  }

  ticket(ref: string): Promise<TicketView> {
    return this.#client.ask<TicketView>({ method: 'GET', path: `${this.path}/tickets/${ref}` });
  }

  holder(ref: string): Promise<{ name: string | null; phone: string | null }> {
    const body = { reason: 'test' };
    return this.#client.ask({ path: `${this.path}/tickets/${ref}/holder`, body });
  }

  async reissue(ref: string): Promise<string> {
    const path = `${this.path}/tickets/${ref}/reissue`;
    const body = { reason: 'lost' };
    return (await this.#client.ask<{ code: string }>({ path, body })).code;
  }

  async ticketCount(): Promise<number> {
    const path = `${this.path}/tickets?limit=500`;
    const page = await this.#client.ask<{ tickets: unknown[] }>({ method: 'GET', path });
    return page.tickets.length;
  }

  async cursor(): Promise<string> {
    const { token } = await this.lane();
    const path = `${this.path}/list`;
    return (await this.#client.ask<ListPage>({ method: 'GET', path, token })).cursor;
  }

  /** @returns why it was refused, or the verdict */
  async scan(code: string): Promise<string> {
    this.#scans += 1;
    const scan = entryScan(`s-${this.#scans}`, code);
    const answer = await this.#client.scan(await this.lane(), scan);
    return answer.reason ?? answer.verdict;
  }

  async lane(): Promise<Lane> {
    const body = { event: this.id, gate: 'N1' };
    this.#lane ??= await this.#client.ask<Lane>({ path: '/api/v1/devices', body });
    return this.#lane;
  }
}

function matchFile(id: string) {
  const time = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();
  return {
    id,
    name: NAME,
    venue: { id: 'ground', name: NAME, timeZone: 'Asia/Shanghai' },
    doorsAt: time(-2),
    startsAt: time(1),
    endsAt: time(6),
    zones: ['ring'],
    gates: [{ id: 'N1', zone: 'ring', name: NAME, lanes: [{ id: 'N1-1' }] }],
    sections: [
      { id: 'N101', stand: 'north', zone: 'ring', gates: [] },
      { id: 'S201', stand: 'south', zone: 'ring', gates: [] },
    ],
    ticketTypes: [{ id: 'adult', name: NAME }],
  };
}
