// Names that the event file gives in both languages, in the one of the screen.
import { useLooks } from '#web/ui/looks.tsx';
import { useLive } from '../live/overview-feed.tsx';

export function useGateName(): (gate: string | null) => string {
  const { overview } = useLive();
  const { language } = useLooks();
  const names = new Map(overview?.gates.map(({ gate, name }) => [gate, name]));
  return (gate) => {
    const name = gate === null ? undefined : names.get(gate);
    return name === undefined ? (gate ?? '–') : name[language === 'zh' ? 'zh-CN' : 'en'];
  };
}

export function useLocalized(): (text: { 'zh-CN': string; en: string }) => string {
  const { language } = useLooks();
  return (text) => text[language === 'zh' ? 'zh-CN' : 'en'];
}

/** N1-2 beside gate N1 is lane 2: the gate need not be said twice. */
export function laneName(gate: string | null, lane: string | null): string {
  if (lane === null) return '';
  return gate !== null && lane.startsWith(`${gate}-`) ? lane.slice(gate.length + 1) : lane;
}
