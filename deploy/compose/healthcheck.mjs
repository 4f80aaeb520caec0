// Whether the server of this container answers at all. Its certificate is for other names than this one.
import { request } from 'node:https';

const asked = request(
  { host: '127.0.0.1', port: 8443, path: '/healthz', rejectUnauthorized: false, timeout: 2_500 },
  (response) => {
    process.exitCode = response.statusCode === 200 ? 0 : 1;
    response.resume();
  },
);
asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
asked.on('error', () => {
  process.exitCode = 1;
});
asked.end();
