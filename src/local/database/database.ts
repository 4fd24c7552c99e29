import { mkdirSync } from 'node:fs';
import { chmod, mkdir, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { removeExpired } from './collections.ts';
import { createCommands } from './commands.ts';
import { serveConnection } from './connection.ts';
import { createCursors } from './cursors.ts';
import { openStore } from './store.ts';
import { createTurns } from './turns.ts';

export interface Database {
  /** For mongoose or any MongoDB driver on this machine. */
  readonly uri: string;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** The SQLite file, on a local disk; made when it is missing. Several processes may open the same one. */
  readonly file: string;
  /** Where to listen: a path that ends in `.sock`, in a folder that is this user's alone. */
  readonly socket: string;
  /** How often expired documents are removed. A minute by default; shorter in tests. */
  readonly sweepMs?: number;
  /** For tests: the file is full at so many pages. */
  readonly maxPages?: number;
}

/**
 * Opens a single-machine store that speaks MongoDB's wire protocol on a unix socket. It is no MongoDB: it knows the
 * commands and operators that the product uses and refuses all others by name.
 * Throws in words when the socket is too long, in use, or in a folder that others may enter.
 */
export async function openDatabase({ file, socket, sweepMs = 60_000, maxPages }: DatabaseOptions): Promise<Database> {
  await checkSocket(socket);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const store = openStore(file, maxPages);
  const cursors = createCursors(store);
  const commands = createCommands(store, cursors);
  const turns = createTurns(store);

  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((client) => {
    sockets.add(client);
    client.on('close', () => sockets.delete(client));
    serveConnection(client, ++connections, commands, turns);
  });
  try {
    await listen(server, socket);
  } catch (error) {
    store.sqlite.close();
    throw error;
  }

  server.on('error', (error) => process.emitWarning(`A client of the store was not let in: ${String(error)}`));

  const sweep = setInterval(() => {
    cursors.forgetIdle();
    turns.add({
      writes: true,
      arrivedAt: Date.now(),
      run: () => {
        store.limit.deadline = Infinity;
        removeExpired(store, Date.now());
        return () => {};
      },
      // The next sweep tries again; until then an expired document only stays a little longer.
      fail: (error) => process.emitWarning(`Expired records were not removed: ${String(error)}`),
    });
  }, sweepMs).unref();

  return {
    uri: `mongodb://${encodeURIComponent(socket)}/?directConnection=true&retryWrites=false`,
    close: async () => {
      clearInterval(sweep);
      const closed = new Promise((resolve) => server.close(resolve));
      turns.finish();
      for (const client of sockets) client.destroySoon();
      await closed;
      store.sqlite.close();
    },
  };
}

/** A socket's path, with the zero that ends it, has room for 108 bytes on Linux and 104 on macOS. */
const longestSocket = process.platform === 'darwin' ? 103 : 107;

async function checkSocket(socket: string): Promise<void> {
  const length = Buffer.byteLength(socket);
  if (length > longestSocket)
    throw new Error(
      `The socket's path is ${length} bytes long and may have ${longestSocket}: ${socket}. Nothing was opened. Choose a shorter folder.`,
    );
  if (!socket.endsWith('.sock'))
    throw new Error(
      `The socket's path must end in .sock, or no driver takes it for one: ${socket}. Nothing was opened.`,
    );
  const folder = dirname(socket);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // The protocol has no password here: whoever can reach the socket can read everything.
  const { mode } = await stat(folder);
  if ((mode & 0o077) !== 0)
    throw new Error(
      `Other users may enter the socket's folder ${folder}. Nothing was opened. Run chmod 700 ${folder}, or choose another.`,
    );
}

async function listen(server: Server, socket: string): Promise<void> {
  try {
    await listenOnce(server, socket);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    if (await answers(socket))
      throw new Error(`Another process serves ${socket}. Nothing was opened. Stop it, or choose another path.`, {
        cause: error,
      });
    await rm(socket); // A process that was killed has left it behind.
    await listenOnce(server, socket);
  }
  await chmod(socket, 0o600);
}

function listenOnce(server: Server, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const client = connect(socket);
    const settle = (answer: boolean) => {
      client.destroy();
      resolve(answer);
    };
    client.setTimeout(2_000, () => settle(true)); // Somebody has the socket, busy as they may be.
    client.on('connect', () => settle(true));
    client.on('error', () => settle(false));
  });
}
