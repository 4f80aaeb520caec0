import { useEffect, useState } from 'react';
import { FormattedMessage } from 'react-intl';
import { LooksSwitch } from '#web/ui/looks-switch.tsx';
import { Mark } from '#web/ui/mark.tsx';
import { InvitationForm } from './invitation-form.tsx';
import { SignInForm } from './sign-in-form.tsx';

/** The part of the link that never reaches a log; taken out of the address as soon as it is read. */
function invitationInAddress(): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get('invitation');
  if (code !== null) history.replaceState(null, '', location.pathname);
  return code;
}

export function SignedOut() {
  const [invitation, setInvitation] = useState(invitationInAddress);
  useEffect(() => {
    const look = () => setInvitation((before) => invitationInAddress() ?? before);
    addEventListener('hashchange', look);
    return () => removeEventListener('hashchange', look);
  }, []);
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-6 p-6">
      <header className="flex items-center gap-3">
        <span className="text-accent">
          <Mark size={36} />
        </span>
        <div>
          <p className="text-quiet text-sm">开门 Kaimen</p>
          <h1 className="font-semibold text-lg">
            <FormattedMessage id="console.title" />
          </h1>
        </div>
      </header>
      {invitation === null ? <SignInForm /> : <InvitationForm code={invitation} />}
      <footer className="border-line border-t pt-4">
        <LooksSwitch />
      </footer>
    </main>
  );
}
