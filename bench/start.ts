import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const root = fileURLToPath(new URL('..', import.meta.url));
const Line = z.object({ page: z.string() });

/** `npm start` on an empty folder and again on the used one, to the first answer of the page; then the memory at rest. */
export async function benchStart(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'exeunt-'));
  const first = await start(folder);
  await sleep(5_000);
  const memory = await memoryOf(folder);
  await first.stop();
  const again = await start(folder);
  await again.stop();
  await rm(folder, { recursive: true, force: true });

  console.log(
    `npm start to a usable page, packages installed: ${first.seconds.toFixed(1)} s on an empty folder, ${again.seconds.toFixed(1)} s on a used one (goal 5)`,
  );
  console.log(
    `memory of the idle product: ${memory.product.toFixed(0)} MiB, its durable engine's server ${memory.server.toFixed(0)} MiB (resident)`,
  );
}

async function start(folder: string): Promise<{ seconds: number; stop(): Promise<void> }> {
  const begun = performance.now();
  const child = spawn('npm', ['start', '--silent', '--', '--json'], {
    cwd: root,
    env: { ...process.env, EXEUNT_DATA: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { page } = Line.parse(JSON.parse(line));
    await (await fetch(page)).text();
    break;
  }
  const seconds = (performance.now() - begun) / 1000;
  return {
    seconds,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

/** Resident memory in MiB, by what the kernel says of the processes that work in this folder. Linux only. */
async function memoryOf(folder: string): Promise<{ product: number; server: number }> {
  const sizes = { product: 0, server: 0 };
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const [command, environment, status] = await Promise.all(
      ['cmdline', 'environ', 'status'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
    );
    const resident = Number(/VmRSS:\s+(\d+)/.exec(status ?? '')?.[1] ?? 0) / 1024;
    if (command?.includes(`--base-dir=${folder}`)) sizes.server += resident;
    else if (command?.includes('src/main.ts') && environment?.includes(`EXEUNT_DATA=${folder}`))
      sizes.product += resident;
  }
  return sizes;
}
