// Names that the event file gives in both languages, in the one of the screen.
import { useIntl } from 'react-intl';
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

/** `stand/north` as people say it: 北看台, North stand. */
export function useScopeName(): (scope: string) => string {
  const intl = useIntl();
  const { overview } = useLive();
  const localized = useLocalized();
  const gateName = useGateName();
  const stands = new Map(overview?.event.stands.map(({ id, name }) => [id, name]));
  return (scope) => {
    const at = scope.indexOf('/');
    const [kind, id] = [scope.slice(0, Math.max(at, 0)), scope.slice(at + 1)];
    if (kind === 'gate') return gateName(id);
    const stand = kind === 'stand' ? stands.get(id) : undefined;
    if (stand !== undefined) return localized(stand);
    if (kind === 'section') return intl.formatMessage({ id: 'scope.section' }, { id });
    return scope === 'ground' ? intl.formatMessage({ id: 'scope.ground' }) : id;
  };
}

/** “North 1, lane 2”; the gate alone when the device belongs to none of its lanes. */
export function usePlaceName(): (gate: string | null, lane: string | null) => string {
  const intl = useIntl();
  const gateName = useGateName();
  return (gate, lane) => {
    const name = laneName(gate, lane);
    if (name === '') return gateName(gate);
    return intl.formatMessage({ id: 'scope.lane' }, { gate: gateName(gate), lane: name });
  };
}

/** N1-2 beside gate N1 is lane 2: the gate need not be said twice. */
export function laneName(gate: string | null, lane: string | null): string {
  if (lane === null) return '';
  return gate !== null && lane.startsWith(`${gate}-`) ? lane.slice(gate.length + 1) : lane;
}
