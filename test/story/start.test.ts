import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { approve, openCase, untilCard } from './case.ts';
import { openFolder, processesOn, runCommand, startProduct } from './product.ts';

const proc = existsSync('/proc/self/cmdline');
if (!proc) console.log('skipped: the story of the start looks for processes in /proc, and there is none');

const Evidence = z.object({
  format: z.literal('exeunt-evidence/1'),
  caseId: z.string(),
  phase: z.string(),
  summary: z.object({ proven: z.number(), attested: z.number(), open: z.number() }),
});
async function evidence(folder: string, caseId = 'OFF-1') {
  const { code, stdout, stderr } = await runCommand(['evidence', caseId], { extra: { EXEUNT_DATA: folder } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return Evidence.parse(JSON.parse(stdout));
}
/** Twelve of the fifteen steps are done at once, one of them by a person; three deletions wait for their retention. */
const finished = { phase: 'retained', summary: { proven: 11, attested: 0, open: 4 } };

describe.skipIf(!proc)('the start of the product, as a process (needs /proc)', { timeout: 240_000 }, () => {
  it('takes another port when the usual one is taken', async () => {
    await using folder = await openFolder();
    const other = createServer();
    await new Promise<void>((resolve) => {
      // Taken by somebody else already is as good.
      other.once('error', () => resolve());
      other.listen(4280, '127.0.0.1', resolve);
    });

    await using product = await startProduct(folder.path);

    const { port } = new URL(product.page);
    const { status } = await fetch(product.page, { signal: AbortSignal.timeout(10_000) });
    expect({ usual: port === '4280', status }).toEqual({ usual: false, status: 200 });
    await product.end('SIGINT');
    other.close();
  });

  it('refuses a port that was asked for and is taken', async () => {
    await using folder = await openFolder();
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => {
        const at = other.address();
        resolve(typeof at === 'object' && at ? at.port : 0);
      });
    });

    const { code, stderr } = await runCommand(['--json'], {
      extra: { EXEUNT_DATA: folder.path, EXEUNT_PORT: String(port) },
    });

    expect(code).toBe(1);
    expect(stderr).toBe(
      'Exeunt could not be started. The port in EXEUNT_PORT is taken. Choose another, or leave it out.\n',
    );
    expect(processesOn(folder.path)).toEqual([]);
    other.close();
  });

  it('says one line of JSON, and ends on Ctrl-C with nothing left of it', async () => {
    await using folder = await openFolder();
    await using temporary = await openFolder();
    await using product = await startProduct(folder.path, { TMPDIR: temporary.path });
    expect(processesOn(folder.path)).toHaveLength(1);

    const { code, stdout, stderr } = await product.end('SIGINT');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`${JSON.stringify({ page: product.page, data: folder.path })}\n`);
    expect(processesOn(folder.path)).toEqual([]);
    expect(await readdir(folder.path)).not.toContain('lock.sock');
    expect(await readdir(temporary.path)).toEqual([]);
  });

  it('keeps its data from other users of the machine', async () => {
    await using folder = await openFolder();
    const inside = join(folder.path, 'data');
    await using product = await startProduct(inside);

    const modes = await Promise.all(
      [inside, join(inside, 'exeunt.log')].map(async (path) => (await stat(path)).mode & 0o077),
    );

    expect(modes).toEqual([0, 0]);
    await product.end('SIGINT');
  });

  it('refuses a second start on the same folder, and says where the first one is', async () => {
    await using folder = await openFolder();
    await using product = await startProduct(folder.path);

    const { code, stdout, stderr } = await runCommand(['--json'], { extra: { EXEUNT_DATA: folder.path } });

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.split('\n')).toHaveLength(2);
    expect(stderr).toContain(`It already runs on this data folder: ${product.page}`);
    expect(stderr).toContain('EXEUNT_DATA');
    const { status } = await fetch(product.page, { signal: AbortSignal.timeout(10_000) });
    expect(status).toBe(200);
    await product.end('SIGTERM');
  });

  it('finishes a case after it was killed in the middle, with page and card as they were', async () => {
    await using folder = await openFolder();
    await using first = await startProduct(folder.path);
    const card = await openCase(first);
    const pressed = approve(first, card).catch(() => 'the answer died with the product');
    await untilCard(first, /Approved\. Sign-in is being suspended/);
    await first.end('SIGKILL');
    await pressed;

    await using second = await startProduct(folder.path);
    const settled = await untilCard(second, /11 of 15 proven/);

    expect({ page: second.page, ts: settled.ts }).toEqual({ page: first.page, ts: card.ts });
    expect(await evidence(folder.path)).toMatchObject(finished);
    expect((await second.end('SIGINT')).code).toBe(0);
    expect(processesOn(folder.path)).toEqual([]);
  });

  it('starts the durable engine again when it dies alone, and finishes the case', async () => {
    await using folder = await openFolder();
    await using product = await startProduct(folder.path);
    const card = await openCase(product);
    const pressed = approve(product, card);
    await untilCard(product, /Approved\. Sign-in is being suspended/);
    const [server = 0] = processesOn(folder.path);
    process.kill(server, 'SIGKILL');

    await untilCard(product, /11 of 15 proven/);
    await pressed;

    expect(processesOn(folder.path)).not.toContain(server);
    expect(await evidence(folder.path)).toMatchObject(finished);
    expect((await product.end('SIGINT')).code).toBe(0);
    expect(processesOn(folder.path)).toEqual([]);
  });

  it('works in a folder whose path is longer than a socket may be', async () => {
    await using folder = await openFolder();
    const long = join(folder.path, ...Array.from({ length: 8 }, (_, index) => `${index}-${'long'.repeat(12)}`));
    const temporary = join(folder.path, 't');
    await mkdir(temporary);

    await using product = await startProduct(long, { TMPDIR: temporary });
    const card = await openCase(product);

    expect(card.text).toContain('A decision is needed');
    expect(product.data).toBe(long);
    expect((await product.end('SIGINT')).code).toBe(0);
    expect(processesOn(temporary)).toEqual([]);
  });

  it('says in one line that a folder cannot be written, and changes nothing', async (context) => {
    await using folder = await openFolder();
    const asRoot = process.getuid?.() === 0;
    // Root may write everywhere, so somebody else has to try.
    const uid = asRoot ? 65_534 : undefined;
    const probe = await runCommand(['help'], { uid });
    context.skip(probe.code !== 0, 'nobody else may read this clone, and root may write everywhere');
    const closed = join(folder.path, 'closed');
    await mkdir(closed, { mode: 0o500 });

    const { code, stdout, stderr } = await runCommand(['--json'], {
      extra: { EXEUNT_DATA: join(closed, 'data') },
      uid,
    });

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `Exeunt could not be started. ${join(closed, 'data')} cannot be written. Nothing was changed; choose another folder with EXEUNT_DATA.\n`,
    );
    expect(await readdir(closed)).toEqual([]);
  });

  it('tells every problem of broken settings at once, each with its line, and starts nothing', async () => {
    await using folder = await openFolder();
    const file = join(folder.path, 'broken.yaml');
    await writeFile(
      file,
      [
        'company: { name: Brightwater }',
        'people: { connector: octa }',
        'slack: { channel: "#offboarding", teams: [T0123ABCD], mode: soket }',
        'policy: { requesters: { departments: [People] }, approvers: { departments: [] } }',
        'connectors:',
        '  okta: { kind: okta, url: "ftp://brightwater.okta.com", token: "${OKTA_TOKEN}" }',
        '  other: { kind: nothing }',
        '',
      ].join('\n'),
    );
    const data = join(folder.path, 'data');

    const { code, stdout, stderr } = await runCommand(['--json'], {
      extra: { EXEUNT_CONFIG: file, EXEUNT_DATA: data },
    });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const lines = [...stderr.matchAll(/broken\.yaml:(\d+):\d+/g)].map(([, line]) => Number(line));
    expect([...new Set(lines)].toSorted((a, b) => a - b)).toEqual([2, 3, 4, 6, 7]);
    expect(stderr).toContain('Nothing was started.');
    expect(existsSync(data)).toBe(false);
  });

  it('prints evidence beside the running product, and says when there is no such case', async () => {
    await using folder = await openFolder();
    await using product = await startProduct(folder.path);
    await openCase(product);

    const open = await evidence(folder.path);
    const nope = await runCommand(['evidence', 'NOPE'], { extra: { EXEUNT_DATA: folder.path } });

    expect(open).toMatchObject({ caseId: 'OFF-1', phase: 'awaitingApproval', summary: { proven: 0 } });
    expect({ code: nope.code, stdout: nope.stdout }).toEqual({ code: 1, stdout: '' });
    expect(nope.stderr).toContain('There is no case NOPE');
    await product.end('SIGINT');
    expect(await evidence(folder.path)).toEqual(open);
  });

  it('does not make a data folder when it is asked for evidence where there is none', async () => {
    await using folder = await openFolder();
    const data = join(folder.path, 'none');

    const { code, stdout, stderr } = await runCommand(['evidence', 'OFF-1'], { extra: { EXEUNT_DATA: data } });

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`${data} holds no data of Exeunt`);
    expect(existsSync(data)).toBe(false);
  });

  it('checks the local world, in words and in JSON', async () => {
    await using folder = await openFolder();

    const words = await runCommand(['check'], { extra: { EXEUNT_DATA: folder.path } });
    const json = await runCommand(['check', '--json'], { extra: { EXEUNT_DATA: folder.path } });

    expect(words.code).toBe(0);
    expect(words.stdout).toMatch(/^ok {4}data folder — .+\nok {4}settings — .+\n$/);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: true, parts: [{ name: 'data folder' }, { name: 'settings' }] });
  });
});
