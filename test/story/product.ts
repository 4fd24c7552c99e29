import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The project's own runtime, as package.json's `start` names it. */
export const runtime = join(root, 'node_modules', '.bin', 'node');

/** How long a start may take, in milliseconds; a slow machine with other work to do is meant. */
const startLimitMs = 45_000;

const Started = z.strictObject({ page: z.url(), data: z.string() });

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The product as a process of its own, started as its users start it. */
export interface Product extends AsyncDisposable {
  readonly page: string;
  readonly data: string;
  readonly pid: number;
  /** Asks the page's interface, as docs/console.md describes it. */
  ask(path: string, body?: object): Promise<unknown>;
  /** Ends it with a signal and waits until the process is gone. */
  end(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<Ended>;
}

/** What every started program gets: the environment of this process without our own variables. */
function environment(extra: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(process.env).flatMap(([name, value]): [string, string][] =>
    value === undefined || /^(EXEUNT_|SLACK_|RESTATE_|MONGODB_|npm_lifecycle_event$)/.test(name) ? [] : [[name, value]],
  );
  return { ...Object.fromEntries(kept), ...extra };
}

interface Options {
  readonly extra?: Readonly<Record<string, string>>;
  readonly uid?: number | undefined;
}

function launch(
  words: readonly string[],
  { extra = {}, uid }: Options,
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(runtime, [join(root, 'src', 'main.ts'), ...words], {
    cwd: root,
    env: environment(extra),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (data) => (stdout += String(data)));
  child.stderr?.on('data', (data) => (stderr += String(data)));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

/** Runs a command to its end. */
export async function runCommand(words: readonly string[], options: Options = {}): Promise<Ended> {
  const { child, ended } = launch(words, options);
  const limit = setTimeout(() => child.kill('SIGKILL'), startLimitMs);
  try {
    return await ended;
  } finally {
    clearTimeout(limit);
  }
}

/** Starts the product on a data folder and waits for its line. Throws with what it printed when it ends instead. */
export async function startProduct(folder: string, extra: Readonly<Record<string, string>> = {}): Promise<Product> {
  const { child, ended } = launch(['--json'], { extra: { ...extra, EXEUNT_DATA: folder } });
  const limit = setTimeout(() => child.kill('SIGKILL'), startLimitMs);
  const line = await Promise.race([
    firstLine(child),
    ended.then(({ code, stderr }) => {
      throw new Error(`The product ended with ${code} instead of starting: ${stderr}`);
    }),
  ]);
  clearTimeout(limit);
  const { page, data } = Started.parse(JSON.parse(line));
  const { origin, searchParams } = new URL(page);
  return {
    page,
    data,
    pid: child.pid ?? 0,
    async ask(path, body) {
      const response = await fetch(`${origin}${path}`, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${searchParams.get('token')}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(20_000),
      });
      return response.json();
    },
    async end(signal) {
      child.kill(signal);
      return ended;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    child.stdout?.on('data', (data) => {
      heard += String(data);
      if (heard.includes('\n')) resolve(heard.slice(0, heard.indexOf('\n')));
    });
  });
}

/** The processes that work on a data folder, beside the product itself: those whose arguments name it. By process id. */
export function processesOn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => argumentsOf(pid).includes(folder))
    .map(Number);
}

function argumentsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It ended while we looked: it has no arguments any more.
    return '';
  }
}

/** A data folder of its own, and the end of whatever still works on it. */
export async function openFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'exeunt-story-'));
  return {
    path,
    async [Symbol.asyncDispose]() {
      for (const pid of processesOn(path)) process.kill(pid, 'SIGKILL');
      await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
