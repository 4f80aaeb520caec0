/**
 * One PostgreSQL for a whole test run: `node --test --test-global-setup=src/testing/global-setup.ts`.
 * Test files run in processes of their own and find it through the environment.
 */
import { startTestServer, TEST_SERVER_VARIABLE } from './test-server.ts';

let stop: () => Promise<void> = async () => {};

export async function globalSetup(): Promise<void> {
  const server = await startTestServer();
  stop = server.stop;
  const { connection, template } = server;
  process.env[TEST_SERVER_VARIABLE] = JSON.stringify({ connection, template });
}

export async function globalTeardown(): Promise<void> {
  await stop();
}
