import './main.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { LooksProvider } from '#web/ui/looks.tsx';
import { ApiError } from './api.ts';
import { AwayDesk } from './consigned/away-desk.tsx';
import { CONSOLE_WORDS } from './console-words.ts';
import { Waiting } from './parts/waiting.tsx';
import { router } from './router.tsx';
import { SessionGate } from './session.tsx';
import { SignedOut } from './sign-in/signed-out.tsx';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // Without a cable too: the hub that does not answer is what pages have to know of.
      networkMode: 'always',
      // A refusal stays a refusal; only silence is asked again.
      retry: (count, error) => error instanceof ApiError && error.status === 0 && count < 2,
    },
  },
});

const root = document.getElementById('app');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <LooksProvider words={CONSOLE_WORDS}>
        <QueryClientProvider client={queries}>
          <SessionGate
            signedOut={<SignedOut />}
            away={<AwayDesk otherwise={<SignedOut />} />}
            waiting={<Waiting />}
          >
            <RouterProvider router={router} />
          </SessionGate>
        </QueryClientProvider>
      </LooksProvider>
    </StrictMode>,
  );
}
