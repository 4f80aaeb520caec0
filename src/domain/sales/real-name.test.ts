import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCharacter, type IdentityDocument } from '#domain/identity/document.ts';
import { fc } from '#testing/properties.ts';
import { birthDayOf, type NamedLine, type RealNameRule, refuseNames } from './real-name.ts';

const DAY = '2026-11-29';
const RULE: RealNameRule = {
  kinds: ['resident-id', 'passport', 'home-return-permit', 'taiwan-permit'],
  types: ['adult', 'senior'],
  ages: [
    { type: 'senior', fromYears: 60, untilYears: null },
    { type: 'child', fromYears: null, untilYears: 14 },
  ],
};

function resident(bornOn: string, n = 1): IdentityDocument {
  const body = `110105${bornOn.replaceAll('-', '')}${String(n).padStart(3, '0')}`;
  return { kind: 'resident-id', number: body + checkCharacter(body) };
}

function why(...lines: [type: string, document: IdentityDocument | null][]) {
  const named = lines.map(
    ([type, document], index): NamedLine => ({ id: String(index + 1), type, document }),
  );
  return refuseNames(RULE, named, DAY).map(({ line, reason }) => `${line} ${reason}`);
}

const PASSPORT: IdentityDocument = { kind: 'passport', number: 'E12345678' };

test('a ticket by name has a document that is taken; a child may come without', () => {
  assert.deepEqual(why(['adult', PASSPORT], ['child', null]), []);
  assert.deepEqual(why(['adult', null]), ['1 document-needed']);
  const birth: IdentityDocument = { kind: 'birth-certificate', number: 'T310123456' };
  assert.deepEqual(why(['child', birth]), ['1 document-not-taken']);
});

test('one document is one ticket', () => {
  assert.deepEqual(why(['adult', PASSPORT], ['adult', PASSPORT], ['child', PASSPORT]), [
    '2 document-twice',
    '3 document-twice',
  ]);
});

test('an age is that of the day of the match, and a passport says none', () => {
  assert.deepEqual(why(['senior', resident('1966-11-29')]), []);
  assert.deepEqual(why(['senior', resident('1966-11-30')]), ['1 too-young']);
  assert.deepEqual(why(['child', resident('2012-11-30')]), []);
  assert.deepEqual(why(['child', resident('2012-11-29')]), ['1 too-old']);
  assert.deepEqual(why(['senior', PASSPORT]), []);
  assert.equal(birthDayOf(resident('2012-02-29')), '2012-02-29');
  assert.equal(birthDayOf(PASSPORT), null);
});

test('of tickets on the same document at most one is sold, whatever else is in the order', () => {
  const document = fc.oneof(
    fc.nat(3).map((n) => resident('1990-01-01', n)),
    fc.constant(PASSPORT),
    fc.constant(null),
  );
  const line = fc.tuple(fc.constantFrom('adult', 'senior', 'child'), document);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 10 }), (lines) => {
      const named = lines.map(
        ([type, each], id): NamedLine => ({
          ...{ id: String(id), type, document: each },
        }),
      );
      const refused = new Set(refuseNames(RULE, named, DAY).map((one) => one.line));
      const sold = named.filter(({ id, document: each }) => each !== null && !refused.has(id));
      const numbers = sold.map((one) => one.document?.number);
      assert.equal(new Set(numbers).size, numbers.length);
      for (const { id, type, document: each } of named) {
        if (each === null && RULE.types?.includes(type) === true) assert.ok(refused.has(id));
      }
    }),
  );
});
