// A node that takes payments, as a process of its own: to be killed.
import pg from 'pg';
import { PaymentsNode, type PaymentsNodeOptions } from './payments-node.ts';

type Told = PaymentsNodeOptions & { readonly database: pg.PoolConfig };

const { database, ...options }: Told = JSON.parse(process.argv[2] ?? '{}');
const pool = new pg.Pool({ ...database, max: 6 });
pool.on('error', () => {});
const node = await PaymentsNode.start(pool, options);
process.stdout.write(`${node.url}\n`);
