import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProductWorld, type ProductWorld, until, writes } from '../world/product-world.ts';

let world: ProductWorld;
beforeAll(async () => {
  world = await openProductWorld();
});
afterAll(async () => world[Symbol.asyncDispose]());

interface Sent {
  readonly id?: string;
  /** Milliseconds since 1970. */
  readonly at?: number;
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a message as the HR system would: signed as the Standard Webhooks specification says. */
async function send(message: unknown, { id = randomUUID(), at = Date.now(), secret, headers }: Sent = {}) {
  const body = typeof message === 'string' ? message : JSON.stringify(message);
  const stamp = String(Math.floor(at / 1000));
  const key = Buffer.from((secret ?? world.secrets.hookSecret).replace('whsec_', ''), 'base64');
  const signature = `v1,${createHmac('sha256', key).update(`${id}.${stamp}.${body}`).digest('base64')}`;
  const response = await fetch(new URL('/hooks/hr', world.running.eventsUrl), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': stamp,
      'webhook-signature': signature,
      ...headers,
    },
    body,
    signal: AbortSignal.timeout(15_000),
  });
  const answer: unknown = await response.json();
  return { status: response.status, answer };
}

const terminated = (data: object) => ({ type: 'employee.terminated', timestamp: new Date().toISOString(), data });
const cases = async () => (await world.say('1005', 'list all')).told;

describe('a message that is not what it should be is answered with why, and opens nothing', () => {
  const dana = terminated({ email: 'dana.reyes@brightwater.example' });

  it.each([
    [
      'older than five minutes',
      dana,
      { at: Date.now() - 301_000 - 10_000 },
      401,
      'The message is older than 5 minutes. Nothing was opened.',
    ],
    ['from the future', dana, { at: Date.now() + 400_000 }, 401, 'The message is from the future. Nothing was opened.'],
    [
      'signed by somebody else',
      dana,
      { secret: `whsec_${Buffer.from('guess').toString('base64')}` },
      401,
      'No signature fits. Nothing was opened.',
    ],
    ['not signed', dana, { headers: { 'webhook-signature': '' } }, 401, 'The message is not signed'],
    ['no JSON', '{"type": "employee.termin', {}, 400, 'The message is no JSON in UTF-8. Nothing was opened.'],
    ['JSON of another shape', '[1,2]', {}, 400, 'Nothing was opened.'],
    ['without anybody in it', terminated({ reason: 'left' }), {}, 400, 'email or employeeId is needed'],
    ['with an operator instead of an address', terminated({ email: { $ne: null } }), {}, 400, 'Nothing was opened.'],
    [
      'about nobody we know',
      terminated({ email: 'ghost@brightwater.example' }),
      {},
      422,
      'Nobody is known by what the message says. Nothing was opened.',
    ],
    [
      'about two persons',
      terminated({ email: 'dana.reyes@brightwater.example', employeeId: '00uaaaaaaaaaa10115d7' }),
      {},
      422,
      'data.email and data.employeeId are of two persons. Nothing was opened.',
    ],
    [
      'about a day to come',
      terminated({ email: 'dana.reyes@brightwater.example', effectiveAt: '2099-01-01' }),
      {},
      422,
      'data.effectiveAt is in the future',
    ],
    [
      'larger than 64 kB',
      terminated({ email: 'dana.reyes@brightwater.example', more: 'x'.repeat(70_000) }),
      {},
      413,
      'The message is longer than 64 kB. Nothing was opened.',
    ],
    [
      'about a protected person',
      terminated({ email: 'grace.okafor@brightwater.example' }),
      {},
      200,
      'No case was opened: This identity is protected by the policy.',
    ],
    [
      'of a type that is to come',
      { type: 'employee.relocated', data: {} },
      {},
      202,
      'Messages of this type are ignored',
    ],
  ] as const)('%s', async (_what, message, sent, status, say) => {
    const got = await send(message, sent);
    expect(got).toMatchObject({ status, answer: { say: expect.stringContaining(say) } });
    expect(await cases()).toContain('There is no offboarding');
  });
});

it('a signed message opens one case, and however often it comes, the answer is the same', async () => {
  const message = terminated({ email: 'dana.reyes@brightwater.example', reason: 'resigned' });
  const id = 'msg_1';
  const first = await send(message, { id });
  const [again, ...more] = await Promise.all([1, 2, 3].map(() => send(message, { id })));

  expect(first).toMatchObject({ status: 200, answer: { ok: true, opened: true, caseId: 'OFF-1' } });
  expect([again, ...more]).toEqual([first, first, first]);
  expect(await cases()).toContain('1 case:');
  await until(async () => (await world.card('OFF-1')).words.includes('Waiting for approval'));
  expect((await world.card('OFF-1')).words).toContain('asked for by the HR system');
  expect((await world.card('OFF-1')).words).toContain('resigned');
  expect(Object.values(world.doubles).flatMap(writes)).toEqual([]);
});

it('a second message about the same person joins the open case', async () => {
  const { status, answer } = await send(terminated({ employeeId: '00uaaaaaaaaaa10105d7' }));
  expect({ status, answer }).toMatchObject({ status: 200, answer: { caseId: 'OFF-1' } });
  expect(await cases()).toContain('1 case:');
});

it('the same message in the same moment opens one case', async () => {
  const message = terminated({ email: 'leo.brandt@brightwater.example' });
  const answers = await Promise.all([1, 2, 3, 4].map(() => send(message, { id: 'msg_2' })));
  expect(new Set(answers.map(({ answer }) => JSON.stringify(answer))).size).toBe(1);
  expect((await cases()).match(/Leo Brandt/g)).toHaveLength(2);
});

it('what the HR system asked waits for a person all the same', async () => {
  expect((await world.card('OFF-1')).words).toContain('Waiting for approval');
  expect(Object.values(world.doubles).flatMap(writes)).toEqual([]);
  expect((await world.approve('OFF-1')).told).toContain('Your decision is recorded: approved.');
  await until(async () => (await world.card('OFF-1')).words.includes('Approved by Selma Novak.'));
});

it('the way to the webhook takes nothing but POST, and the health of the product shows beside it', async () => {
  const at = (path: string) => new URL(path, world.running.eventsUrl);
  expect((await fetch(at('/hooks/hr'))).status).toBe(404);
  expect(await (await fetch(at('/healthz'))).json()).toEqual({ ok: true });
});
