// A number of connections to one server: requests take the first that is free, in order of asking.
import {
  asResponse,
  Connection,
  type ConnectionOptions,
  type Request,
  type Response,
} from './connection.ts';

export type Connections = {
  /** For loops that keep each connection to one lane. */
  readonly all: readonly Connection[];
  request(request: Request): Promise<Response>;
  /** @returns the parsed body. @throws UnexpectedStatusError for any status but 2xx */
  json<T = unknown>(request: Request): Promise<T>;
  close(): void;
};

export class UnexpectedStatusError extends Error {
  readonly status: number;
  readonly body: string;

  constructor(request: Request, response: Response) {
    super(`${request.method ?? 'POST'} ${request.path}: ${response.status} ${response.body}`);
    this.name = 'UnexpectedStatusError';
    this.status = response.status;
    this.body = response.body;
  }
}

/** @param token - of requests that bring none of their own */
export async function openConnections(
  url: string,
  count: number,
  token?: string,
  options: ConnectionOptions = {},
): Promise<Connections> {
  const all = Array.from({ length: count }, () => new Connection(url, { ...options, token }));
  await Promise.all(all.map((connection) => connection.open()));
  const free = [...all];
  const waiting: ((connection: Connection) => void)[] = [];

  async function request(asked: Request): Promise<Response> {
    const startedAt = performance.now();
    const connection =
      free.pop() ?? (await new Promise<Connection>((resolve) => waiting.push(resolve)));
    try {
      return asResponse(await connection.send(connection.bytesOf(asked)), startedAt);
    } finally {
      const next = waiting.shift();
      if (next === undefined) free.push(connection);
      else next(connection);
    }
  }

  return {
    all,
    request,
    async json<T>(asked: Request): Promise<T> {
      const response = await request(asked);
      if (response.status >= 300) throw new UnexpectedStatusError(asked, response);
      return JSON.parse(response.body) as T;
    },
    close() {
      for (const connection of all) connection.close();
    },
  };
}
