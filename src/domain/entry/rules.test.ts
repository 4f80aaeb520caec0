// When and where a ticket may enter: windows, gates and diversions, told by whole scans.
import { test } from 'node:test';
import type { Controls } from '#domain/venue/controls.ts';
import { groundOf } from '#domain/venue/match-event.ts';
import { at, entry, given, MATCH, wentIn } from '#testing/entry.ts';

test('doors open a tolerance early, to the millisecond', () => {
  given()
    .when(entry('N1', '17:19:59.999'))
    .answers('too-early', { from: at('17:20'), next: 'ask-to-come-back' });
  given().when(entry('N1', '17:20')).answers('admitted');
});

test('entry ends with the match, to the millisecond and without tolerance', () => {
  given().when(entry('N1', '21:29:59.999')).answers('admitted');
  given()
    .when(entry('N1', '21:30'))
    .answers('too-late', { from: at('21:30'), next: 'turn-away' });
});

test('a ticket’s own window stretches by the tolerance once at each end', () => {
  const ticket = { validFrom: at('18:00'), validUntil: at('18:30') };
  given({ ticket })
    .when(entry('N1', '17:49:59.999'))
    .answers('too-early', { from: at('17:50') });
  given({ ticket }).when(entry('N1', '17:50')).answers('admitted');
  given({ ticket }).when(entry('N1', '18:39:59.999')).answers('admitted');
  given({ ticket })
    .when(entry('N1', '18:40'))
    .answers('too-late', { from: at('18:40') });
});

test('half a window of its own leaves the other end to doors and match', () => {
  const early = { validFrom: at('16:00') };
  given({ ticket: early }).when(entry('N1', '15:50')).answers('admitted');
  given({ ticket: early }).when(entry('N1', '21:30')).answers('too-late');
  const late = { validUntil: at('22:00') };
  given({ ticket: late }).when(entry('N1', '17:19:59')).answers('too-early');
  given({ ticket: late }).when(entry('N1', '22:09:59')).answers('admitted');
});

test('a window of the type goes before doors, and the ticket’s own before both', () => {
  const matinee = { type: 'matinee' };
  given({ ticket: matinee }).when(entry('N1', '17:49:59')).answers('too-early');
  given({ ticket: matinee }).when(entry('N1', '17:50')).answers('admitted');
  given({ ticket: matinee }).when(entry('N1', '18:40')).answers('too-late');
  const own = { ...matinee, validFrom: at('19:00'), validUntil: at('19:30') };
  given({ ticket: own })
    .when(entry('N1', '18:00'))
    .answers('too-early', { from: at('18:50') });
  given({ ticket: own }).when(entry('N1', '19:39:59')).answers('admitted');
});

test('without tolerance the window is what is printed', () => {
  const ground = groundOf({ ...MATCH, entry: { ...MATCH.entry, toleranceMinutes: 0 } });
  given({ ground }).when(entry('N1', '17:29:59.999')).answers('too-early');
  given({ ground }).when(entry('N1', '17:30')).answers('admitted');
});

test('control moves doors and the end: a delayed kick-off, an abandoned match', () => {
  const delayed: Partial<Controls> = { window: { doorsAt: at('18:30'), endsAt: at('22:30') } };
  given({ controls: delayed }).when(entry('N1', '18:19:59.999')).answers('too-early');
  given({ controls: delayed }).when(entry('N1', '18:20')).answers('admitted');
  given({ controls: delayed }).when(entry('N1', '22:29:59.999')).answers('admitted');
  const abandoned: Partial<Controls> = { window: { doorsAt: null, endsAt: at('20:00') } };
  given({ controls: abandoned }).when(entry('N1', '19:59:59.999')).answers('admitted');
  given({ controls: abandoned }).when(entry('N1', '20:00')).answers('too-late');
});

test('a ticket enters by the gates of its section, or of the section’s zone if it names none', () => {
  given()
    .when(entry('N3', '18:00'))
    .answers('wrong-gate', { gateHint: ['N1'], next: 'send-to-gate' });
  const zoned = { section: 'N104' };
  given({ ticket: zoned }).when(entry('N1', '18:00')).answers('admitted');
  given({ ticket: zoned }).when(entry('N3', '18:00')).answers('admitted');
  given({ ticket: zoned })
    .when(entry('S1', '18:00'))
    .answers('wrong-gate', { gateHint: ['N1', 'N3'] });
});

test('a ticket that leads nowhere in particular enters by any gate', () => {
  for (const section of [null, 'of another ground']) {
    given({ ticket: { section, stand: null } })
      .when(entry('S1', '18:00'))
      .answers('admitted');
  }
});

test('the most particular rule for gates wins: the ticket, its type’s gates, zones, its section', () => {
  const hospitality = { type: 'hospitality' };
  given({ ticket: hospitality }).when(entry('S1', '18:00')).answers('admitted');
  given({ ticket: hospitality }).when(entry('N1', '18:00')).answers('wrong-gate');
  const press = { type: 'press' };
  given({ ticket: press }).when(entry('S1', '18:00')).answers('admitted');
  given({ ticket: press })
    .when(entry('N1', '18:00'))
    .answers('wrong-gate', { gateHint: ['S1'] });
  const printed = { type: 'hospitality', gates: ['N3'] };
  given({ ticket: printed }).when(entry('N3', '18:00')).answers('admitted');
  given({ ticket: printed })
    .when(entry('S1', '18:00'))
    .answers('wrong-gate', { gateHint: ['N3'] });
});

test('a type confined to a kind of lane is sent to one, at a gate that is right otherwise', () => {
  const ticket = { type: 'accessible' };
  given({ ticket })
    .when(entry('N1', '18:00', { lane: 'N1-2' }))
    .answers('admitted');
  given({ ticket })
    .when(entry('N1', '18:00', { lane: 'N1-1' }))
    .answers('wrong-gate', { gateHint: ['N1'] });
  given({ ticket }).when(entry('N1', '18:00')).answers('admitted');
  given({ ticket: { ...ticket, section: null } })
    .when(entry('S1', '18:00', { lane: 'S1-1' }))
    .answers('wrong-gate', { gateHint: ['S1'] });
});

test('a diversion opens a gate to its sections until it expires, and keeps their own', () => {
  const controls = { diversions: [diversion(['N103'], ['N3', 'S1'], '19:20')] };
  given({ controls }).when(entry('N3', '19:19:59.999')).answers('admitted');
  given({ controls }).when(entry('S1', '18:00')).answers('admitted');
  given({ controls }).when(entry('N1', '18:00')).answers('admitted');
  given({ controls })
    .when(entry('N3', '19:20'))
    .answers('wrong-gate', { gateHint: ['N1'] });
});

test('a diversion of other sections, or of none, changes nothing', () => {
  const controls = { diversions: [diversion(['N104', 'S101'], ['N3'], '19:20')] };
  given({ controls })
    .when(entry('N3', '18:00'))
    .answers('wrong-gate', { gateHint: ['N1'] });
  given({ controls, ticket: { section: null, gates: ['N1'] } })
    .when(entry('N3', '18:00'))
    .answers('wrong-gate');
});

test('a diversion adds to printed gates and to the type’s, and the hint names every gate once', () => {
  const controls = {
    diversions: [diversion(['N103'], ['N3'], '19:20'), diversion(['N103'], ['N1', 'N3'], '19:20')],
  };
  given({ controls, ticket: { gates: ['N1'] } })
    .when(entry('N3', '18:00'))
    .answers('admitted');
  given({ controls, ticket: { type: 'hospitality' } })
    .when(entry('N3', '18:00'))
    .answers('admitted');
  given({ controls })
    .when(entry('S1', '18:00'))
    .answers('wrong-gate', { gateHint: ['N1', 'N3'] });
});

test('rules of the ticket go before those of its type, and those before the event’s', () => {
  const ground = groundOf({ ...MATCH, entry: { ...MATCH.entry, admits: 2, referral: 'id' } });
  given({ ground }).when(entry('N1', '18:00')).answers('check-id');
  given({ ground, ticket: { referral: 'height' } })
    .when(entry('N1', '18:00'))
    .answers('check-height');
  const crossings = [wentIn('17:45'), wentIn('17:46')];
  const family = { ground, crossings, ticket: { type: 'family' } };
  given(family)
    .when(entry('N1', '18:00', { isConfirmed: true }))
    .answers('admitted');
  given({ ground, crossings }).when(entry('N1', '18:00')).answers('already-used');
});

function diversion(sections: string[], gates: string[], until: string) {
  return { id: `${sections} ${gates}`, sections, gates, until: at(until), reason: 'N1 is full' };
}
