import { FormattedMessage, useIntl } from 'react-intl';
import { Button } from '#web/ui/button.tsx';
import { Failure } from '../parts/failure.tsx';
import { Section } from '../parts/page.tsx';
import { BAUD_RATES } from './serial-line.ts';
import type { Slips } from './use-slips.ts';

export function PrinterBar({ slips }: { readonly slips: Slips }) {
  const intl = useIntl();
  return (
    <Section title={intl.formatMessage({ id: 'printer.title' })}>
      <p className="text-sm" role="status">
        <FormattedMessage id={slips.isConnected ? 'printer.connected' : 'printer.none'} />
      </p>
      <Failure error={slips.error} />
      {slips.canConnect && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
          {!slips.isConnected && (
            <Button size="small" onClick={() => void slips.connect()}>
              <FormattedMessage id="printer.connect" />
            </Button>
          )}
          <label className="flex items-center gap-2">
            <FormattedMessage id="printer.baud" />
            <select
              className="min-h-8 rounded-md border border-line bg-raised px-2"
              value={slips.baudRate}
              onChange={(changed) => slips.setBaudRate(Number(changed.target.value))}
            >
              {BAUD_RATES.map((rate) => (
                <option key={rate}>{rate}</option>
              ))}
            </select>
          </label>
          <label className="flex min-h-8 items-center gap-2">
            <input
              type="checkbox"
              checked={slips.isMute}
              onChange={(changed) => slips.setMute(changed.target.checked)}
            />
            <FormattedMessage id="printer.mute" />
          </label>
        </div>
      )}
    </Section>
  );
}
