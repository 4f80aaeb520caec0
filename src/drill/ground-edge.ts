// Boxes in the ground as processes of their own, enrolled at a hub that runs beside them.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DrillClient } from './drill-client.ts';
import { ServerProcess } from './server-process.ts';

export type NodeHealth = {
  readonly role: string;
  readonly node: string;
  readonly store?: string;
  readonly decides: readonly string[];
};

/** Enrols a box that will listen on `port` and starts it. */
export async function startBox(
  hub: { readonly url: string; readonly client: DrillClient; readonly token: string },
  box: { readonly name: string; readonly dataDir: string; readonly port: number },
): Promise<ServerProcess> {
  const { name, dataDir, port } = box;
  const enrolled = await hub.client.ask<{ token: string }>({
    path: '/api/v1/edges',
    token: hub.token,
    body: { name, address: `http://127.0.0.1:${port}` },
  });
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(path.join(dataDir, 'edge-token'), `${enrolled.token}\n`, { mode: 0o600 });
  return await startAgain(hub.url, dataDir, port);
}

export function startAgain(hubUrl: string, dataDir: string, port: number): Promise<ServerProcess> {
  return ServerProcess.start(dataDir, port, ['--role', 'edge', '--hub', hubUrl]);
}

export async function healthOf(url: string): Promise<NodeHealth> {
  const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) });
  return (await response.json()) as NodeHealth;
}
