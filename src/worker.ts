import { createServer, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Log } from './log.ts';
import { createEndpoint, type DurableWork } from '#engine/durable.ts';

export interface Worker {
  /** Where the durable engine reaches this process when both are on one machine. */
  readonly url: string;
  close(): Promise<void>;
}

/** After this long a handler that still runs is cut off, in milliseconds; the durable engine calls it again later. */
const drainLimitMs = 3_000;

/**
 * Serves the durable engine's calls over HTTP/2. With `identityKeys` only an engine that holds the private key is
 * answered; without, the address must be reachable by nobody else.
 */
export async function openWorker(
  work: DurableWork,
  at: { host: string; port: number; identityKeys: readonly string[]; log: Log },
): Promise<Worker> {
  const server = createServer(createEndpoint(work, at.identityKeys, at.log));
  const sessions = new Set<{ close(): void; destroy(): void }>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    // A broken connection is the engine's to repeat.
    session.on('error', () => session.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, resolve);
  });
  return { url: `http://${at.host}:${portOf(server)}`, close: () => close(server, sessions) };
}

function close(server: Http2Server, sessions: ReadonlySet<{ close(): void; destroy(): void }>): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => {
      for (const session of sessions) session.destroy();
    }, drainLimitMs);
    server.close(() => {
      clearTimeout(limit);
      resolve();
    });
    for (const session of sessions) session.close();
  });
}

function portOf(server: Http2Server): number {
  // Listening on a host and port, the address is never a pipe's name.
  return (server.address() as AddressInfo).port;
}
