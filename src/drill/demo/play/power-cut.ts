// The thing that goes wrong tonight: one gate loses its power, and control leads its people elsewhere.
import type { Night } from './night.ts';

/** A gate with three sections behind it and a gate on either side. */
export const DYING_GATE = 'N4';
export const TAKING_OVER = ['N3', 'N5'];

const DIES_AT_MIN = -41;
const FIRST_LEAVE_AT_MIN = -39.5;
const FIRST_LEAVE_SHARE = 0.25;
const DIVERTED_AT_MIN = -36;

/** What is said about it on the screen, as it happens. */
export type Notice = { readonly atMin: number; readonly 'zh-CN': string; readonly en: string };

export function planPowerCut(
  night: Night,
  deps: {
    readonly divert: (sections: readonly string[], gates: readonly string[]) => Promise<void>;
    readonly say: (notice: Notice) => void;
    readonly onFailure: (error: Error) => void;
  },
): void {
  const line = night.lines.get(DYING_GATE);
  if (line === undefined) throw new Error(`there is no gate ${DYING_GATE}`);
  const { name, sections } = line.gate;
  const say = (zh: string, en: string) => {
    deps.say({ atMin: night.clock.nowMin, 'zh-CN': zh, en });
  };

  night.agenda.add(DIES_AT_MIN, () => {
    line.state = 'dead';
    say(`${name['zh-CN']}断电，通道停用`, `${DYING_GATE} has lost power: its lanes are dark`);
  });
  night.agenda.add(FIRST_LEAVE_AT_MIN, () => night.leaveDeadGate(DYING_GATE, FIRST_LEAVE_SHARE));
  night.agenda.add(DIVERTED_AT_MIN, () => {
    deps
      .divert(sections, TAKING_OVER)
      .then(() => {
        line.state = 'diverted';
        say(
          `指挥室：${name['zh-CN']}观众改走 ${TAKING_OVER.join('、')}`,
          `control: ${DYING_GATE}’s fans may use ${TAKING_OVER.join(' and ')}`,
        );
        night.announceDiversion(DYING_GATE);
      })
      .catch(deps.onFailure);
  });
}
