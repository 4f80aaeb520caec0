// A bare program that refuses everything at once: what the same flood takes from the machine when it is somebody
// else's. Ends with whoever started it.
import { createServer } from 'node:http';

const REFUSAL = JSON.stringify({ title: 'no', status: 503 });

const server = createServer((request, response) => {
  request.resume();
  response.writeHead(503, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(REFUSAL),
    'retry-after': '1',
  });
  response.end(REFUSAL);
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
