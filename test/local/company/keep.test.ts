import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { memoryKeep, openKeep } from '#local/company/keep.ts';

it('keeps what was set when the process is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keep-'));
  const file = join(folder, 'keep.sqlite');
  const script = `
    import { openKeep } from ${JSON.stringify(import.meta.resolve('#local/company/keep.ts'))};
    openKeep(${JSON.stringify(file)}).table('users').set('1', { name: 'Ana' });
    process.stdout.write('set');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data', { signal: AbortSignal.timeout(10_000) });
  child.kill('SIGKILL');
  await once(child, 'exit', { signal: AbortSignal.timeout(10_000) });

  const keep = openKeep(file);

  expect(keep.table<{ name: string }>('users').values()).toEqual([{ name: 'Ana' }]);
  keep.close();
  await rm(folder, { recursive: true });
});

it('writes all of a work or nothing', () => {
  const keep = memoryKeep();
  const table = keep.table<number>('numbers');
  table.set('a', 1);

  const half = () =>
    keep.together(() => {
      table.set('b', 2);
      throw new Error('power cut');
    });

  expect(half).toThrow('power cut');
  expect(table.values()).toEqual([1]);
});

it('hands out copies, and says whether there was something to delete', () => {
  const table = memoryKeep().table<{ groups: string[] }>('users');
  table.set('a', { groups: [] });
  table.get('a')?.groups.push('admins');

  expect(table.get('a')).toEqual({ groups: [] });
  expect([table.delete('a'), table.delete('a')]).toEqual([true, false]);
});
