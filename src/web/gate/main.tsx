import './main.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { LooksProvider } from '#web/ui/looks.tsx';
import { LooksSwitch } from '#web/ui/looks-switch.tsx';
import { Mark } from '#web/ui/mark.tsx';
import { GATE_WORDS } from './gate-words.ts';

const root = document.getElementById('app');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <LooksProvider words={GATE_WORDS}>
        <main className="mx-auto flex max-w-md flex-col gap-6 p-8">
          <Mark size={48} />
          <LooksSwitch isForLane />
        </main>
      </LooksProvider>
    </StrictMode>,
  );
}
