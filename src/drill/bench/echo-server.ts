// The reference: a bare `node:http` server that parses a JSON document and answers it, filled up to the
// size of our answers. It checks nothing, keeps nothing, waits for nothing.
import { createServer } from 'node:http';

const ANSWER_BYTES = Number(process.argv[2] ?? 0);
const FILL = 'x'.repeat(ANSWER_BYTES);

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const asked = Buffer.concat(parts);
    const fill = FILL.slice(0, Math.max(0, ANSWER_BYTES - asked.length));
    const answer = JSON.stringify({ ...(JSON.parse(asked.toString('utf8')) as object), fill });
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(answer),
    });
    response.end(answer);
  });
});

// A client that rests for some turns finds its lines as it left them.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  process.stdout.write(`echo is listening on http://127.0.0.1:${port}\n`);
});
