import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groundOf } from '#domain/venue/match-event.ts';
import { eventFile, matchEventOf } from '#protocol/event-file.ts';
import type { RowProblem, TicketColumn } from '#protocol/tickets.ts';
import { draftReader, type TicketDraft } from './ticket-draft.ts';

const NAME = { 'zh-CN': '名', en: 'Name' };
const ground = groundOf(
  matchEventOf(
    eventFile.parse({
      id: 'derby',
      name: NAME,
      venue: { id: 'ground', name: NAME, timeZone: 'Asia/Shanghai' },
      doorsAt: '2026-11-29T15:30:00+08:00',
      startsAt: '2026-11-29T17:30:00+08:00',
      endsAt: '2026-11-29T19:30:00+08:00',
      zones: ['north', 'south'],
      gates: ['N1', 'N2', 'S1'].map((id) => ({
        id,
        zone: id.startsWith('N') ? 'north' : 'south',
        name: NAME,
        lanes: [{ id: `${id}-1` }],
      })),
      sections: [
        { id: 'N101', stand: 'north', zone: 'north', gates: [] },
        { id: 'S201', stand: 'south', zone: 'south', gates: [] },
      ],
      ticketTypes: ['adult', 'family'].map((id) => ({ id, name: NAME })),
    }),
  ),
);

type Row = Partial<Record<TicketColumn, string>>;

function read(row: Row): TicketDraft | RowProblem {
  const whole = { ticket_ref: 'T-1', type: 'adult', ...row };
  const columns = Object.keys(whole) as TicketColumn[];
  return draftReader(columns, ground)({ line: 7, cells: Object.values(whole) });
}

function draft(row: Row): TicketDraft {
  const ticket = read(row);
  assert.ok('ref' in ticket, JSON.stringify(ticket));
  return ticket;
}

const LONG = 'x'.repeat(10_001);

for (const [row, column, message] of [
  [{ ticket_ref: '' }, 'ticket_ref', /is empty: every ticket needs a reference/],
  [{ ticket_ref: 'T 1' }, 'ticket_ref', /“T 1” is not 1–64 letters, digits/],
  [{ type: '' }, 'type', /is empty/],
  [{ type: 'junior' }, 'type', /no ticket type “junior”; the event has adult, family$/],
  [{ gate: 'X9' }, 'gate', /no gate “X9”; the event has N1, N2, S1$/],
  [{ gate: 'N1|X9' }, 'gate', /no gate “X9”/],
  [{ section: 'Z1' }, 'section', /no section “Z1”; the event has N101, S201$/],
  [{ stand: 'west' }, 'stand', /no stand “west”; the event has north, south$/],
  [{ status: 'void' }, 'status', /no status “void”; the event has valid, cancelled/],
  [{ valid_from: '2026-11-29 17:30' }, 'valid_from', /RFC 3339 time with offset/],
  [{ valid_until: '2026-11-29T25:30:00+08:00' }, 'valid_until', /RFC 3339 time with offset/],
  [
    { valid_from: '2026-11-29T17:30:00+08:00', valid_until: '2026-11-29T09:30:00Z' },
    'valid_until',
    /must be after valid_from/,
  ],
  [{ admits: '0' }, 'admits', /“0” is not a whole number from 1 to 99/],
  [{ admits: '100' }, 'admits', /whole number/],
  [{ admits: '1.5' }, 'admits', /whole number/],
  [{ admits: '1e1' }, 'admits', /whole number/],
  [{ admits: '-1' }, 'admits', /whole number/],
  [{ seat: 'a\u0007b' }, 'seat', /holds a control character/],
  [{ holder_name: 'Anna\nBerg' }, 'holder_name', /holds a control character/],
  [{ holder_name: LONG }, 'holder_name', /longer than 200 letters/],
  [{ code: LONG }, 'code', /longer than 200 letters/],
  [{ code: 'AB\u200bC' }, 'code', /holds a character that no code can have/],
  [{ code: `K${'A'.repeat(25)}` }, 'code', /form of our own codes; leave the cell empty/],
  [{ card_uid: ':-:' }, 'card_uid', /neither letter nor digit/],
  [{ companion_of: 'T 2' }, 'companion_of', /is not 1–64 letters/],
] as const) {
  const [[name = '', cell = '']] = Object.entries(row).reverse() as [[string, string]];
  test(`names line and column of ${name} ${JSON.stringify(cell.slice(0, 30))}`, () => {
    const problem = read(row);
    assert.ok('message' in problem, JSON.stringify(problem));
    assert.deepEqual([problem.line, problem.column], [7, column]);
    assert.match(problem.message, message);
  });
}

test('names the line of a row with too few cells', () => {
  const readRow = draftReader(['ticket_ref', 'type', 'seat'], ground);
  assert.deepEqual(readRow({ line: 3, cells: ['T-1', 'adult'] }), {
    line: 3,
    column: null,
    message: 'has 2 cells, the header has 3',
  });
});

test('blank cells are nothing, blanks around words are not part of them', () => {
  const ticket = draft({ seat: '  ', gate: '', admits: ' 2 ', section: ' N101 ', status: '' });
  assert.deepEqual(
    [ticket.seat, ticket.gates, ticket.admits, ticket.section, ticket.status],
    [null, null, 2, 'N101', 'valid'],
  );
});

test('the stand follows from the section unless the file names it', () => {
  assert.equal(draft({ section: 'S201' }).stand, 'south');
  assert.equal(draft({ section: 'S201', stand: '' }).stand, 'south');
  assert.equal(draft({ stand: 'north' }).stand, 'north');
});

test('takes several gates however an old system separates them', () => {
  for (const gate of ['N1 N2', 'N1|N2', 'N1;N2', 'N1、N2', 'N1, N2']) {
    assert.deepEqual(draft({ gate }).gates, ['N1', 'N2']);
  }
});

test('spells codes, cards and documents as a reader’s text is before it is looked up', () => {
  const ticket = draft({ code: 'ab-１２', card_uid: '０4:a2:1f', document: '11010119900101123x' });
  assert.deepEqual(
    [ticket.code, ticket.cardUid, ticket.document],
    ['AB-12', '04:A2:1F', '11010119900101123X'],
  );
});
