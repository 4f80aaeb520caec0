import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inkIn, proofPages } from '#testing/proof.ts';
import { type Board, boardPdf, boardText } from './board-pdf.ts';

const BOARD: Board = {
  closed: { 'zh-CN': '北2入口', en: 'N2' },
  use: { 'zh-CN': '北3入口', en: 'N3' },
  arrow: 'none',
  page: 'A3',
  issuedAt: Date.parse('2026-11-29T18:42:00+08:00'),
  timeZone: 'Asia/Shanghai',
};

async function boardPage(change: Partial<Board>) {
  const { bytes, missing } = await boardPdf({ ...BOARD, ...change });
  assert.deepEqual(missing, []);
  const [page, ...more] = await proofPages(bytes, 40);
  assert(page && more.length === 0);
  return page;
}

test('says in both languages which gate is closed and which to use', () => {
  assert.deepEqual(boardText(BOARD), {
    'zh-CN': '北2入口关闭：请走北3入口',
    en: 'N2 closed: use N3',
  });
});

test('is a landscape page of A3 or A4', async () => {
  for (const [page, size] of [
    ['A3', [420, 297]],
    ['A4', [297, 210]],
  ] as const) {
    const { widthMm, heightMm } = await boardPage({ page });
    assert.deepEqual([Math.round(widthMm), Math.round(heightMm)], size);
  }
});

test('the arrow stands on the side to which it points', async () => {
  const shaft = async (arrow: Board['arrow'], side: 'left' | 'right') => {
    const page = await boardPage({ arrow });
    const x = Math.round(page.width * (side === 'left' ? 0.06 : 0.8));
    const y = Math.round(page.height * 0.58);
    return inkIn(page, {
      x,
      y,
      width: Math.round(page.width * 0.14),
      height: Math.round(page.height * 0.06),
    });
  };
  assert((await shaft('left', 'left')) > 0.75);
  assert((await shaft('right', 'right')) > 0.75);
  assert((await shaft('none', 'left')) < 0.6);
});

test('long names are made to fit the page', async () => {
  const use = {
    'zh-CN': '西南角轮椅及家庭专用入口',
    en: 'South-west accessible and family entrance',
  };
  const page = await boardPage({ use, arrow: 'right' });
  const edge = Math.round(page.width * 0.04);
  assert.equal(inkIn(page, { x: page.width - edge, y: 0, width: edge, height: page.height }), 0);
});
