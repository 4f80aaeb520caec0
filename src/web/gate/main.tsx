import './main.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { LooksProvider } from '#web/ui/looks.tsx';
import { GateApp } from './gate-app.tsx';
import { GATE_WORDS } from './gate-words.ts';
import { registerServiceWorker } from './service-worker/registration.ts';

const root = document.getElementById('app');
if (root !== null) {
  registerServiceWorker();
  createRoot(root).render(
    <StrictMode>
      <LooksProvider words={GATE_WORDS}>
        <GateApp />
      </LooksProvider>
    </StrictMode>,
  );
}
