// The reference: a bare `node:http` server that parses a JSON document and answers it, filled up to the
// size of our answers. It checks nothing, keeps nothing, waits for nothing.
import { createServer } from 'node:http';

const fill = 'x'.repeat(Number(process.argv[2] ?? 0));

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const asked = JSON.parse(Buffer.concat(parts).toString('utf8')) as object;
    const answer = JSON.stringify({ ...asked, fill });
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(answer),
    });
    response.end(answer);
  });
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  process.stdout.write(`echo is listening on http://127.0.0.1:${port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
