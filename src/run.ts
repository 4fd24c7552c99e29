import { createWriteStream, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { LocalConfig, RealConfig } from './config.ts';
import { createLog } from './log.ts';
import { runLocal } from './run-local.ts';
import { runReal } from './run-real.ts';

/** Putting everything away may take this long, in milliseconds; then the process ends all the same. */
const closeLimitMs = 15_000;

/** Starts the product, says in one line where it is, and stays until a signal or the end of its parent. */
export async function run(config: LocalConfig | RealConfig, options: { root: string; json: boolean }): Promise<void> {
  const folder = resolve(options.root, config.dataFolder);
  const stopping = untilStopped();
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = createWriteStream(join(folder, 'exeunt.log'), { flags: 'a', mode: 0o600 });
    const log = createLog((line) => void file.write(line));
    const running =
      config.mode === 'local'
        ? await runLocal({ folder, port: config.port, log })
        : await runReal(config, { folder, log });
    const page = 'page' in running ? running.page : undefined;
    const words = page ? `Exeunt is ready: ${page}` : 'Exeunt is ready and listens to Slack';
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ ...(page ? { page } : {}), data: folder })}\n`
        : `${words} (data in ${folder}; Ctrl-C stops it)\n`,
    );

    await stopping;
    setTimeout(() => process.exit(1), closeLimitMs).unref();
    await running.close();
    process.exit(0);
  } catch (error) {
    process.stderr.write(`Exeunt could not be started. ${explained(error, folder)}\n`);
    process.exit(1);
  }
}

/** Ctrl-C, a service manager's stop, or the death of npm, whose child would otherwise live on unseen. */
function untilStopped(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => done());
    if (process.env['npm_lifecycle_event'] === undefined) return;
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) done();
    }, 500).unref();
  });
}

function explained(error: unknown, folder: string): string {
  if (!(error instanceof Error)) return 'Nothing was changed. Look at the log in its data folder.';
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC') return `The disk of ${folder} is full. Nothing was lost; make room and start again.`;
  if (code === 'EACCES' || code === 'EROFS')
    return `${folder} cannot be written. Nothing was changed; choose another folder with EXEUNT_DATA.`;
  if (code === 'EADDRINUSE') return 'The port in EXEUNT_PORT is taken. Choose another, or leave it out.';
  if (/^https?:\/\/|^process \d+$/.test(error.message))
    return `It already runs on this data folder: ${error.message}. Stop that one, or choose another folder with EXEUNT_DATA.`;
  return `${error.message} What was kept in ${folder} is as it was.`;
}
