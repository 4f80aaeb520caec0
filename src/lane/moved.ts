// Which change of rung a steward is told of, and by which words.
import type { Rung } from '#domain/entry/verdict.ts';
import type { NoticeKind } from './words.ts';

export function noticeOf(from: Rung, to: Rung): NoticeKind | null {
  switch (to) {
    case 'provisional':
      return 'alone';
    case 'visual':
      return 'byEye';
    case 'open':
      return 'openGate';
    case 'hub':
      return from === 'edge' ? 'hubOnly' : 'back';
    case 'edge':
      return from === 'hub' ? 'edgeBack' : 'back';
    case 'local':
      return null;
  }
}
