import { type Server, createConnection, createServer } from 'node:net';
import { unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Held as long as the process lives; the operating system lets go of it however the process ends. */
export interface FolderLock {
  /** What others are told who find the folder taken. */
  tell(text: string): void;
  release(): Promise<void>;
}

/** Somebody else who is about to stop gets this long, in milliseconds. */
const patienceMs = 5_000;

/**
 * Makes sure that one process at a time works on a data folder: a unix socket, because unlike a file with a number in it
 * a socket nobody answers on is surely nobody's. Throws with what the holder says of itself.
 */
export async function lockFolder(socketPath: string): Promise<FolderLock> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const lock = await tryLock(socketPath);
    if (lock) return lock;
    const holder = await ask(socketPath);
    if (holder === undefined) await unlink(socketPath).catch(ignoreMissing);
    else if (performance.now() > deadline) throw new Error(holder);
    else await sleep(100);
  }
}

async function tryLock(socketPath: string): Promise<FolderLock | undefined> {
  let says = `process ${process.pid}`;
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(says);
  });
  if (!(await listens(server, socketPath))) return undefined;
  server.unref();
  return {
    tell: (text) => void (says = text),
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function listens(server: Server, socketPath: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(socketPath, () => resolve(true));
  });
}

/** What the holder says of itself; `undefined` when there is none any more. */
function ask(socketPath: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let heard = '';
    const socket = createConnection(socketPath);
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('data', (data) => (heard += data.toString('utf8').slice(0, 1_000)));
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => resolve(heard === '' ? undefined : heard));
  });
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
