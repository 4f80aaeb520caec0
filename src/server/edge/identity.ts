// Who a box is: its name and token, as “kaimen edge enrol” gave them, in the box's data directory.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FILE = 'edge-token';
const IDENTITY = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63}):(kmo_[a-z2-7]{32})$/;

/** The box does not know who it is. The message names the mend. */
export class IdentityError extends Error {
  override name = 'IdentityError';
  readonly code = 'edge-token-missing';
}

export type Identity = { readonly name: string; readonly token: string };

/** @throws IdentityError */
export function readIdentity(dataDir: string, env: NodeJS.ProcessEnv): Identity {
  const file = path.join(dataDir, FILE);
  const { KAIMEN_EDGE_TOKEN: given } = env;
  const text = given ?? (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const [, name, token] = IDENTITY.exec(text.trim()) ?? [];
  if (name !== undefined && token !== undefined) return { name, token };
  throw new IdentityError(
    `${file} does not hold the token of a box: write there what “kaimen edge enrol NAME” printed at the hub`,
  );
}
