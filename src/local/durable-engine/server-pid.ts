import { readdir, readFile } from 'node:fs/promises';

/**
 * The process number of the server that works in this folder, asked of the kernel (Linux's /proc): a number in a file may be
 * late, half written, or by now a stranger's. `undefined` when there is none.
 */
export async function serverPid(base: string): Promise<number | undefined> {
  const pids = (await readdir('/proc')).filter((name) => /^[1-9]\d*$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => ((await argumentsOf(pid)).includes(`--base-dir=${base}`) ? Number(pid) : undefined)),
  );
  return found.find((pid) => pid !== undefined);
}

/** Empty for a process that ended meanwhile, or that is somebody else's. */
async function argumentsOf(pid: string): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const [program = '', ...rest] = text.split('\0');
  return program.endsWith('/restate-server') ? rest : [];
}
