import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AdminClient, connectAdmin } from './admin.ts';
import { identityKey } from './identity-key.ts';
import { serverPid } from './server-pid.ts';
import { shortPath } from './short-path.ts';
import { fetchOver } from './socket-fetch.ts';

export interface EngineServer {
  readonly ingress: { readonly url: string; readonly fetch: typeof globalThis.fetch };
  readonly admin: AdminClient;
  /** Only requests signed by this key come from this server. */
  readonly identityKey: string;
  readonly pid: number | undefined;
  /** Stops the server cleanly; an adopted one too. */
  stop(): Promise<void>;
}

/** Until a server that was just started must answer, in milliseconds. */
const startLimitMs = 30_000;
const stopLimitMs = 20_000;

/**
 * Starts the durable engine's server on unix sockets in `folder`, or adopts the one that an earlier process left running
 * there. No TCP port, no telemetry. Throws with what the server printed when it does not come up.
 */
export async function startEngineServer(
  folder: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<EngineServer> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const key = await identityKey(join(folder, 'identity.pem'));
  // The longest socket path is <folder>/main/ingress.sock, and the operating system allows about a hundred bytes.
  const base = await shortPath(folder, '/main/ingress.sock'.length);
  const socket = (name: string) => join(base, 'main', `${name}.sock`);
  const admin = connectAdmin({ url: 'http://engine', fetch: fetchOver(socket('admin')) });
  const server = {
    ingress: { url: 'http://engine', fetch: fetchOver(socket('ingress')) },
    admin,
    identityKey: key.id,
  };
  const launch = () => spawnServer({ folder, base, keyFile: key.file, extra });
  const adopted = await admin.healthy();
  let child = adopted ? undefined : launch();
  await ready(admin, child);
  let pid = child?.pid ?? (await serverPid(base));

  // A server that dies alone is started again on the same disk; what it was doing goes on from its journal.
  const over = new AbortController();
  const watch = (async () => {
    while (!over.signal.aborted) {
      await sleep(watchEveryMs, undefined, { ref: false });
      const alive = (child && child.exitCode === null && child.signalCode === null) || (await admin.healthy());
      // Stopped while it was being asked: a server that was just put away must not be started again.
      if (alive || over.signal.aborted) continue;
      child = launch();
      pid = child.pid;
    }
  })();
  // A start that fails is tried again at the next turn; only a bug ends the watch, and that must be seen.
  watch.catch((error: unknown) => process.emitWarning(error instanceof Error ? error : String(error)));

  return {
    ...server,
    get pid() {
      return pid;
    },
    stop() {
      over.abort();
      return child ? stopChild(child) : stopByPid(pid);
    },
  };
}

const watchEveryMs = 1_000;

function spawnServer(input: {
  folder: string;
  base: string;
  keyFile: string;
  extra: Readonly<Record<string, string>>;
}): ChildProcess {
  const { base, keyFile, extra } = input;
  // It leaves a folder for each partition behind at every run, of no use to the next one.
  const temporary = join(input.folder, 'temporary');
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { mode: 0o700 });
  // A file of its own, not a pipe of ours: the server goes on when this process is killed.
  const log = openSync(join(input.folder, 'server.log'), 'w', 0o600);
  const child = spawn(
    binary(),
    [
      '--no-logo',
      '--listen-mode=unix',
      `--base-dir=${base}`,
      '--node-name=main',
      '--log-format=json',
      '--log-disable-ansi-codes=true',
    ],
    {
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: base,
        TMPDIR: temporary,
        ...settings,
        // Left alone it tells itself the folder's true path, which may be longer than a socket's path can be.
        RESTATE_ADVERTISED_ADDRESS: `unix:${join(base, 'main', 'fabric.sock')}`,
        RESTATE_REQUEST_IDENTITY_PRIVATE_KEY_PEM_FILE: keyFile,
        ...extra,
      },
      stdio: ['ignore', log, log],
      // Its own process group: Ctrl-C reaches us alone, and we stop it after our own work is put away.
      detached: true,
    },
  );
  closeSync(log);
  return child;
}

/** Small memory, few partitions, no telemetry. The number of partitions is fixed at the first start. */
const settings = {
  RESTATE_DISABLE_TELEMETRY: 'true',
  RESTATE_DEFAULT_NUM_PARTITIONS: '4',
  RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: '256 MiB',
  RESTATE_ADMIN__QUERY_ENGINE__MEMORY_SIZE: '128 MiB',
  RESTATE_BIFROST__RECORD_CACHE_MEMORY_SIZE: '32 MiB',
  RESTATE_WORKER__INVOKER__MEMORY_LIMIT: '256 MiB',
} as const;

function binary(): string {
  const name = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/restate-server`);
  } catch (error) {
    throw new Error(
      `The durable engine has no server for ${process.platform}-${process.arch}. Run one elsewhere and set RESTATE_INGRESS_URL and RESTATE_ADMIN_URL.`,
      { cause: error },
    );
  }
}

/** Health answers before the partitions have leaders; only a query that succeeds means that work is taken. */
async function ready(admin: AdminClient, child: ChildProcess | undefined): Promise<void> {
  const deadline = performance.now() + startLimitMs;
  while (!(await admin.leading())) {
    if (child && child.exitCode !== null)
      throw new Error(`The durable engine's server ended with ${child.exitCode}; see server.log in its data folder.`);
    if (performance.now() > deadline)
      throw new Error('The durable engine did not become ready; see server.log in its data folder.');
    await sleep(15);
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const limit = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
  await gone;
  clearTimeout(limit);
}

async function stopByPid(pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  process.kill(pid, 'SIGTERM');
  const deadline = performance.now() + stopLimitMs;
  while (runs(pid)) {
    if (performance.now() > deadline) return void process.kill(pid, 'SIGKILL');
    await sleep(20);
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // No such process: that is the answer.
    return false;
  }
}
