// A desk goes on selling what was counted out to it while its hub is away.
import { keepApp, type Precache } from '#web/offline/keep-app.ts';

declare const PRECACHE: Precache;

keepApp('kaimen-console', '/console/', PRECACHE);
