import { createServer, type RequestListener } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { Refused, Unavailable } from '#engine/connectors/errors.ts';
import { dryRun, type HttpRequest, type HttpTarget } from '#engine/http.ts';
import { reachable, type Allow, type Resolve } from '#engine/http/address.ts';
import { createHttp } from '#engine/http/client.ts';
import { pages } from '#engine/http/pages.ts';

const signal = AbortSignal.timeout(20_000);
const get: HttpRequest = { method: 'GET', path: '/users/1', signal };

async function serve(listener: RequestListener): Promise<HttpTarget> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return target(`http://127.0.0.1:${port}/base`);
}

function target(baseUrl: string, token = 'sesame-token'): HttpTarget {
  return { connector: 'ledger', baseUrl, headers: async () => ({ authorization: `Bearer ${token}` }) };
}

const answering = (status: number, headers: Record<string, string> = {}, body = '{}') =>
  serve((_request, response) => response.writeHead(status, headers).end(body));

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: unknown) => error,
  );

const open = createHttp({ allow: 'loopback' });

it('sends method, path, query, body and credentials, and gives back what came', async () => {
  const at = await serve((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () =>
      response.end(JSON.stringify([request.method, request.url, request.headers.authorization, text])),
    );
  });

  const answer = await open(at).act({ ...get, method: 'POST', query: { filter: 'a eq "b c"' }, body: { on: true } });

  expect(answer).toMatchObject({
    status: 200,
    body: ['POST', '/base/users/1?filter=a%20eq%20%22b%20c%22', 'Bearer sesame-token', '{"on":true}'],
  });
});

it.each([
  [429, { 'retry-after': '7' }, 7_000],
  [503, { 'retry-after': new Date(Date.now() + 30_000).toUTCString() }, 30_000],
  [429, { 'retry-after': new Date(Date.now() + 30_000).toISOString() }, 30_000],
  [429, { 'x-rate-limit-reset': String(Math.ceil(Date.now() / 1000) + 40) }, 40_000],
  [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 50) }, 50_000],
  [429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': new Date(Date.now() + 60_000).toISOString() }, 60_000],
  [429, { 'retry-after': '0' }, 1_000],
  [429, { 'retry-after': '999999' }, 900_000],
])('says when to come back: %i %o', async (status, headers, expectedMs) => {
  const error = await failure(open(await answering(status, headers)).look(get));

  expect(error).toBeInstanceOf(Unavailable);
  const waitMs = error instanceof Unavailable ? (error.retryAfterMs ?? 0) : 0;
  expect(Math.abs(waitMs - expectedMs)).toBeLessThanOrEqual(3_000);
});

it('tells too many from no right', async () => {
  const google = JSON.stringify({ error: { code: 403, errors: [{ reason: 'userRateLimitExceeded' }] } });
  const gitHub = JSON.stringify({ message: 'You have exceeded a secondary rate limit. Please wait.' });
  const right = JSON.stringify({ error: { errors: [{ reason: 'insufficientPermissions' }] } });

  expect(await failure(open(await answering(403, {}, google)).look(get))).toBeInstanceOf(Unavailable);
  expect(await failure(open(await answering(403, {}, gitHub)).look(get))).toMatchObject({ retryAfterMs: 60_000 });
  expect(await failure(open(await answering(403, {}, right)).look(get))).toBeInstanceOf(Refused);
});

it.each([408, 425, 500, 502, 503, 504])('calls %i unavailable', async (status) => {
  expect(await failure(open(await answering(status)).act({ ...get, method: 'DELETE' }))).toBeInstanceOf(Unavailable);
});

it.each([401, 403, 301, 302, 303, 307, 308])('calls %i refused, and follows nothing', async (status) => {
  const trap = await serve(() => expect.unreachable('the redirect was followed'));

  expect(await failure(open(await answering(status, { location: trap.baseUrl })).look(get))).toBeInstanceOf(Refused);
});

it.each([200, 204, 400, 404, 409, 422, 501])('leaves %i to the connector', async (status) => {
  expect(await open(await answering(status, {}, status === 204 ? '' : 'page')).look(get)).toMatchObject({
    status,
    body: status === 204 ? undefined : 'page',
  });
});

it('gives up after the time-out, and on a lost connection', async () => {
  const silent = await serve(() => {});
  const cut = await serve((request) => request.socket.destroy());

  const late = await failure(createHttp({ allow: 'loopback', timeoutMs: 50 })(silent).look(get));
  const lost = await failure(open(cut).act({ ...get, method: 'DELETE' }));

  expect(late).toMatchObject({ name: 'Unavailable', message: expect.stringContaining('no answer within 0.05 s') });
  expect(lost).toMatchObject({
    name: 'Unavailable',
    message:
      'ledger: DELETE /users/1 lost its connection. Whether it took effect shows at the next look. Check that the target system can be reached.',
  });
});

it('rethrows the reason of the caller who aborts', async () => {
  const silent = await serve(() => {});
  const stop = new AbortController();
  const reason = new Error('the case was cancelled');

  const stopped = failure(open(silent).look({ ...get, signal: stop.signal }));
  setTimeout(() => stop.abort(reason), 20);

  expect(await stopped).toBe(reason);
  expect(await failure(open(silent).look({ ...get, signal: stop.signal }))).toBe(reason);
});

it('reads no more than 2 MB', async () => {
  const endless = await serve((_request, response) => {
    const chunk = Buffer.alloc(100_000, 'a');
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more);
    more();
  });

  expect(await failure(open(endless).look(get))).toMatchObject({
    name: 'Refused',
    message: expect.stringContaining('more than 2 MB'),
  });
});

it.each([
  'users',
  '//evil.example/',
  '/a/../b',
  '/a/%2e%2e/b',
  '/a/./b',
  '/a//b',
  '/a?b',
  '/a#b',
  '/a\\b',
  '/a b',
  '/a\n',
])('sends nothing to the path %j', async (path) => {
  const trap = await serve(() => expect.unreachable('it was sent'));

  expect(await failure(open(trap).look({ ...get, path }))).toBeInstanceOf(Refused);
});

const machine = [
  'https://127.0.0.1',
  'https://127.1',
  'https://127.255.255.254',
  'https://0x7f.1',
  'https://0x7f000001',
  'https://2130706433',
  'https://017700000001',
  'https://127.0.0.1.',
  'https://127。0。0。1',
  'https://①②⑦.0.0.1',
  'https://%31%32%37.0.0.1',
  'https://[::1]',
  'https://[0:0:0:0:0:0:0:1]',
  'https://[::ffff:127.0.0.1]',
  'https://[::ffff:7f00:1]',
  'https://[::127.0.0.1]',
  'https://[64:ff9b::7f00:1]',
  'https://0.0.0.0',
  'https://0',
  'https://[::]',
];
const inside = [
  'https://10.0.0.1',
  'https://172.16.0.1',
  'https://192.168.1.1',
  'https://169.254.169.254',
  'https://[fd00:ec2::254]',
  'https://[fe80::1]',
  'https://100.64.0.1',
  'https://224.0.0.1',
  'https://255.255.255.255',
  'https://[2002:7f00:1::]',
];
it.each([
  ...machine,
  ...inside,
  'http://example.com',
  'https://u:p@example.com',
  'https://example.com?x',
  'ftp://example.com',
  'no url',
])('sends nothing as public to %s', async (baseUrl) => {
  expect(await failure(createHttp({ allow: 'public' })(target(baseUrl)).look(get))).toMatchObject({
    name: 'Refused',
    message: expect.stringContaining('its address in the settings'),
  });
});

it.each(['http://10.0.0.1', 'http://8.8.8.8', 'http://[2606:4700::1111]', 'http://169.254.169.254', 'http://0.0.0.0'])(
  'sends nothing as local to %s',
  async (baseUrl) => {
    expect(await failure(open(target(baseUrl)).look(get))).toMatchObject({
      name: 'Refused',
      message: expect.stringContaining('its address in the settings'),
    });
  },
);

it('knows public addresses', () => {
  const isPublic = (address: string) => reachable(address, 'public');

  expect(['8.8.8.8', '140.82.121.6', '2606:4700::1111', '172.32.0.1'].map(isPublic)).toEqual([true, true, true, true]);
  expect(['', 'example.com', '::ffff:8.8.8.8', '2001:db8::1'].map(isPublic)).toEqual([false, false, false, false]);
});

it.each<[Allow, string, string[]]>([
  ['public', 'https://localhost', ['127.0.0.1']],
  ['public', 'https://LOCALHOST.', ['127.0.0.1']],
  ['public', 'https://rebound.example', ['127.0.0.1']],
  ['public', 'https://half.example', ['8.8.8.8', '169.254.169.254']],
  ['public', 'https://six.example', ['::1']],
  ['loopback', 'http://outside.example', ['8.8.8.8']],
])('goes by %s to no name at a forbidden address: %s', async (allow, baseUrl, addresses) => {
  const resolve: Resolve = (_name, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

  expect(await failure(createHttp({ allow, resolve })(target(baseUrl)).look(get))).toMatchObject({ name: 'Refused' });
});

it('reaches this machine by name when that is allowed', async () => {
  const at = await answering(200);

  expect(await open({ ...at, baseUrl: at.baseUrl.replace('127.0.0.1', 'localhost') }).look(get)).toMatchObject({
    status: 200,
  });
});

it('shows neither credentials nor addresses of people in its messages', async () => {
  const throttled = await answering(429);
  const unprintable = { ...throttled, headers: async () => ({ authorization: 'Bearer sesame-token\n\u0000' }) };
  const request = { ...get, path: '/users/ana%40brightwater.example', query: { filter: 'ana@brightwater.example' } };

  const errors = [await failure(open(throttled).look(request)), await failure(open(unprintable).look(request))];

  expect(errors).toMatchObject([{ name: 'Unavailable' }, { name: 'Refused' }]);
  for (const error of errors) {
    expect(JSON.stringify([String(error), error instanceof Error && [error.stack, String(error.cause)]])).not.toMatch(
      /sesame|ana/,
    );
  }
});

it('notes acts of a dry run instead of sending them', async () => {
  const asked: string[] = [];
  const at = await serve((request, response) => {
    asked.push(request.method ?? '');
    response.end('{}');
  });
  const noted: unknown[] = [];
  const http = dryRun(open, (act) => noted.push(act))(at);

  await http.look(get);
  const answer = await http.act({ ...get, method: 'DELETE', body: { reason: 'left' } });

  expect(answer.status).toBe(204);
  expect(asked).toEqual(['GET']);
  expect(noted).toEqual([{ connector: 'ledger', method: 'DELETE', path: '/users/1', body: { reason: 'left' } }]);
});

it('follows the links of pages on its own host only, and one page at a time', async () => {
  const asked: string[] = [];
  const at = await serve((request, response) => {
    asked.push(request.url ?? '');
    const link = '<https://evil.example/base/users?after=2&limit=2>; rel="next", <https://x.example/>; rel="self"';
    response.writeHead(200, asked.length === 1 ? { link } : {}).end('[]');
  });

  const all = pages(open(at), at.baseUrl, { ...get, path: '/users', query: { limit: '2' } });
  await all.next();
  const afterOne = asked.length;
  await Array.fromAsync(all);

  expect(afterOne).toBe(1);
  expect(asked).toEqual(['/base/users?limit=2', '/base/users?after=2&limit=2']);
});
