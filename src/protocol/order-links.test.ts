import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderLinksPath, readOrderLinks } from './order-links.ts';

test('a link of several orders is read as it was written, and nothing else is', () => {
  const links = [
    { order: 'k-aaaabbbbcccc', secret: 'a'.repeat(26) },
    { order: 'k-ddddeeeeffff', secret: 'b'.repeat(26) },
  ];
  const path = orderLinksPath(links);
  assert.deepEqual(readOrderLinks(path.slice(path.indexOf('#'))), links);
  for (const fragment of ['', '#', '#best', `#k-1.${'a'.repeat(26)}`, '#k-aaaabbbbcccc.short']) {
    assert.deepEqual(readOrderLinks(fragment), [], fragment);
  }
});
