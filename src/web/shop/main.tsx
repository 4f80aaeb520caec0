import './main.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { LooksProvider } from '#web/ui/looks.tsx';
import { ShopApp } from './shop-app.tsx';
import { SHOP_WORDS } from './shop-words.ts';

const root = document.getElementById('app');
if (root !== null) {
  if ('serviceWorker' in navigator) {
    navigator.serviceWorker
      .register('/shop/service-worker.js', { scope: '/shop/', updateViaCache: 'none' })
      .catch((error: unknown) => console.info(`tickets need a network here: ${String(error)}`));
  }
  createRoot(root).render(
    <StrictMode>
      <LooksProvider words={SHOP_WORDS}>
        <ShopApp />
      </LooksProvider>
    </StrictMode>,
  );
}
