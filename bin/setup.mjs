// Makes the clone ready to run: installs the locked packages when they are missing or no longer the ones in the
// lockfile. Runs on any Node from 18 on, before the project's own runtime is there, so it imports nothing of ours.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const runtime = join(root, 'node_modules', '.bin', 'node');
const stamp = join(root, 'node_modules', '.exeunt-installed');
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(`${process.platform}-${process.arch}`)
  .digest('hex');

if (!existsSync(runtime) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  // Progress goes to stderr: stdout belongs to the program that starts afterwards.
  process.stderr.write('Installing the packages of the lockfile (once; about a minute)…\n');
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const { status, error } = spawnSync(
    npm[0],
    [...npm.slice(1), 'ci', '--include=dev', '--include=optional', '--loglevel=error'],
    {
      cwd: root,
      stdio: ['ignore', 2, 2],
    },
  );
  if (status !== 0 || !existsSync(runtime)) {
    const why = error
      ? error.message
      : status === 0
        ? `no Node runtime for ${process.platform}-${process.arch} among the packages`
        : `npm ci ended with ${status}`;
    process.stderr.write(
      `Exeunt could not be set up: ${why}. Nothing was started. Mend what npm printed above and run the command again.\n`,
    );
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}
