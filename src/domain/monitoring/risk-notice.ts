import { MINUTE_MS } from '#domain/kernel/instant.ts';

/** Before doors: lanes and stewards can still be had. */
export const RISK_NOTICE_MS = 24 * 60 * MINUTE_MS;

type Words = { readonly 'zh-CN': string; readonly en: string };

/** What would go wrong with what had been sold when it was announced, worst first. */
export type RiskList = {
  readonly places: number;
  readonly sellable: number;
  readonly sold: number;
  readonly risks: readonly {
    readonly kind: string;
    readonly severity: 'high' | 'medium';
    readonly gate: string | null;
    readonly section: string | null;
    readonly words: Words;
  }[];
};
