// An order and its tickets open without any network.
import { keepApp, type Precache } from '#web/offline/keep-app.ts';

declare const PRECACHE: Precache;

keepApp('kaimen-shop', '/shop/', PRECACHE);
