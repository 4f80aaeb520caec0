import { useIntl } from 'react-intl';

/** What somebody did, in words; as it is written in the record where there are none. */
export function ActName({ act }: { readonly act: string }) {
  const intl = useIntl();
  const id = `act.${act}`;
  return id in intl.messages ? intl.formatMessage({ id }) : act;
}
