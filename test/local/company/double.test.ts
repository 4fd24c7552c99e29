import { expect, it, onTestFinished } from 'vitest';
import { openDouble, type Vendor } from '#local/company/double.ts';
import { searched } from '#local/company/dial.ts';

const vendor: Vendor = {
  name: 'Counter',
  authorized: ({ headers }) => headers.authorization === 'Bearer right',
  unauthorized: () => ({ status: 401, body: { error: 'who?' } }),
  throttled: () => ({ status: 429, headers: { 'retry-after': '7' }, body: {} }),
  forbidden: () => ({ status: 403, body: {} }),
  notFound: () => ({ status: 404, body: {} }),
  broken: () => ({ status: 503, body: {} }),
};

async function openCounter() {
  const counts = new Map([['a b', 0]]);
  const double = await openDouble(vendor, [
    {
      method: 'GET',
      pattern: '/count/{name}',
      handle: ({ params }) => ({ status: 200, body: counts.get(params['name'] ?? '') }),
    },
    {
      method: 'POST',
      pattern: '/count/{name}',
      handle: ({ params, body }) => {
        counts.set(params['name'] ?? '', Number(body));
        return { status: 204 };
      },
    },
  ]);
  onTestFinished(() => double.close());
  const headers = { authorization: 'Bearer right', 'content-type': 'application/json' };
  return {
    counts,
    ...double,
    read: async () => (await fetch(`${double.url}/count/a%20b`, { headers })).json(),
    write: async (value: number) =>
      (await fetch(`${double.url}/count/a%20b`, { method: 'POST', headers, body: JSON.stringify(value) })).status,
  };
}

it('routes, decodes, authorizes and keeps a journal without headers', async () => {
  const counter = await openCounter();

  expect(await counter.write(3)).toBe(204);
  expect(await counter.read()).toBe(3);
  expect((await fetch(`${counter.url}/count/x`)).status).toBe(401);
  expect(counter.journal).toMatchObject([
    { method: 'POST', url: '/count/a%20b', body: 3, status: 204 },
    { method: 'GET', status: 200, answer: 3 },
    { status: 401 },
  ]);
  expect(JSON.stringify(counter.journal)).not.toContain('Bearer');
});

it.each([
  { fault: { throttle: 1 }, status: 429, count: 0 },
  { fault: { errorBefore: 1 }, status: 503, count: 0 },
  { fault: { errorAfter: 1 }, status: 503, count: 5 },
  { fault: { lie: 1 }, status: 204, count: 0 },
  { fault: { forbidden: true }, status: 403, count: 0 },
])('does as the dial says: $fault', async ({ fault, status, count }) => {
  const counter = await openCounter();
  Object.assign(counter.dial, fault);

  expect(await counter.write(5)).toBe(status);
  expect(counter.counts.get('a b')).toBe(count);
});

it('loses an answer after the effect, takes no connection when down, and comes back', async () => {
  const counter = await openCounter();

  counter.dial.lost = 1;
  await expect(counter.write(5)).rejects.toThrow('fetch failed');
  expect(await counter.read()).toBe(5);
  counter.dial.down = true;
  await expect(counter.read()).rejects.toThrow('fetch failed');
  counter.dial.down = false;
  expect(await counter.read()).toBe(5);
});

it('shows the state before for as many looks as the dial says', async () => {
  const counter = await openCounter();
  await counter.read();

  counter.dial.stale = 2;
  await counter.write(9);

  expect([await counter.read(), await counter.read(), await counter.read()]).toEqual([0, 0, 9]);
});

it('searches wrongly when told to', async () => {
  const { dial } = await openCounter();
  const search = () => searched(dial, ['ana', 'leo', 'rui'], (row) => row === 'leo');

  const right = search();
  dial.ignoreFilter = true;
  const everybody = search();
  Object.assign(dial, { ignoreFilter: false, wrongRow: true });

  expect([right, everybody, search()]).toEqual([['leo'], ['ana', 'leo', 'rui'], ['ana']]);
});
