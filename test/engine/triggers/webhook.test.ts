import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Unavailable } from '#engine/connectors/errors.ts';
import type { Engine, Opened } from '#engine/engine.ts';
import { createHrWebhook, openLeaver, type HookAnswer, type HookRequest } from '#engine/triggers/webhook.ts';
import type { Identity } from '#model/identity.ts';
import { secret } from '#model/secret.ts';

const key = Buffer.alloc(32, 7).toString('base64');
const now = Date.parse('2026-03-02T09:00:00Z');

afterEach(() => void vi.useRealTimers());

describe('the HR webhook', () => {
  it('opens one case of the person whom a signed message names', async () => {
    const world = openWorld();

    const answer = await world.hook(message({ email: 'Dana@Brightwater.example', reason: 'resigned' }));

    expect(answer).toEqual({
      status: 200,
      body: { ok: true, opened: true, caseId: 'case-dana', say: 'A case was opened.' },
    });
    expect(world.opened).toEqual([
      { subjectId: 'dana', requesterId: 'hr', trigger: { kind: 'webhook', source: 'msg_1', reason: 'resigned' } },
    ]);
  });

  it('finds the person by employee id, and ignores fields that it does not know', async () => {
    const world = openWorld();

    const answer = await world.hook(message({ employeeId: 'dana', email: null, salary: 1 }));

    expect(answer.body.caseId).toBe('case-dana');
  });

  it('gives a repeated message the first answer and opens nothing', async () => {
    const world = openWorld();

    const first = await world.hook(message({ email: dana.email }));
    const second = await world.hook(message({ email: dana.email }, { at: now + 60_000 }));

    expect(second).toEqual(first);
    expect(world.opened).toHaveLength(1);
  });

  it('gives two deliveries at the same moment one answer', async () => {
    const world = openWorld();

    const answers = await Promise.all([
      world.hook(message({ email: dana.email })),
      world.hook(message({ email: dana.email })),
    ]);

    expect(answers[1]).toEqual(answers[0]);
    expect(world.opened).toHaveLength(1);
  });

  it('accepts the signature among several, as while a secret is rotated', async () => {
    const world = openWorld();
    const request = message({ email: dana.email });
    const old = `v1,${Buffer.alloc(32).toString('base64')}`;
    const headers = { ...request.headers, 'webhook-signature': `${old} v1a,abc ${signature(request)}` };

    expect(await world.hook({ ...request, headers })).toMatchObject({ status: 200 });
  });

  it('signs as the specification says, made here with nothing but an HMAC', () => {
    const request = message({ email: dana.email });
    const content = `msg_1.${now / 1000}.${request.rawBody.toString()}`;

    const ours = `v1,${createHmac('sha256', Buffer.from(key, 'base64')).update(content).digest('base64')}`;

    expect(signature(request)).toBe(ours);
  });

  it.each<[string, HookRequest, number, RegExp]>([
    ['no headers', { ...message({ email: 'dana@brightwater.example' }), headers: {} }, 401, /not signed/],
    ['an id with spaces', message({ email: 'dana@brightwater.example' }, { id: 'a b' }), 401, /not signed/],
    [
      'a foreign signature',
      message({ email: 'dana@brightwater.example' }, { key: Buffer.alloc(32).toString('base64') }),
      401,
      /signature/,
    ],
    [
      'a changed body',
      { ...message({ email: 'dana@brightwater.example' }), rawBody: Buffer.from('{}') },
      401,
      /signature/,
    ],
    ['a signature of another id', withId(message({ email: 'dana@brightwater.example' }), 'msg_2'), 401, /signature/],
    ['a message six minutes old', message({ email: 'dana@brightwater.example' }, { at: now - 360_000 }), 401, /older/],
    [
      'a message from in six minutes',
      message({ email: 'dana@brightwater.example' }, { at: now + 360_000 }),
      401,
      /future/,
    ],
    ['a body of 65 kB', message({ email: 'dana@brightwater.example', reason: 'x'.repeat(65 * 1024) }), 413, /64 kB/],
    ['no JSON', raw('{'), 400, /no JSON/],
    ['bytes that are no UTF-8', raw(Buffer.from([0x22, 0xff, 0x22])), 400, /no JSON/],
    ['no type', raw('{"data":{}}'), 400, /type/],
    ['null', raw('null'), 400, /message/],
    ['nobody', message({}), 400, /email or employeeId/],
    ['no address', message({ email: 'dana' }), 400, /data.email/],
    ['an odd date', message({ email: 'dana@brightwater.example', effectiveAt: 'soon' }), 400, /effectiveAt/],
    ['a date in the future', message({ email: 'dana@brightwater.example', effectiveAt: '2026-03-03' }), 422, /future/],
    ['an unknown person', message({ email: 'nobody@brightwater.example' }), 422, /Nobody is known/],
    [
      'an unknown person and a known id',
      message({ email: 'nobody@brightwater.example', employeeId: 'dana' }),
      422,
      /Nobody is known/,
    ],
    ['two persons', message({ email: 'dana@brightwater.example', employeeId: 'grace' }), 422, /two persons/],
  ])('opens nothing for %s, and says so', async (_name, request, status, say) => {
    const world = openWorld();

    const answer = await world.hook(request);

    expect(answer).toMatchObject({ status, body: { ok: false, say: expect.stringMatching(say) } });
    expect(answer.body.say).toMatch(/Nothing was opened/);
    expect(world.opened).toEqual([]);
  });

  it('says that it ignores other types', async () => {
    const world = openWorld();

    const answer = await world.hook(raw(JSON.stringify({ type: 'employee.hired', data: { email: dana.email } })));

    expect(answer).toMatchObject({ status: 202, body: { ok: true, opened: false } });
    expect(world.opened).toEqual([]);
  });

  it('opens for a moment that has come, in whatever time zone it is written', async () => {
    const world = openWorld();

    const answer = await world.hook(message({ email: dana.email, effectiveAt: '2026-03-02T19:00:00+10:00' }));

    expect(answer.status).toBe(200);
  });

  it('tells the sender why the engine refuses, and does not ask for a repeat', async () => {
    const world = openWorld();

    const answer = await world.hook(message({ email: grace.email }));

    expect(answer).toMatchObject({ status: 200, body: { opened: false, because: 'Grace is protected.' } });
  });

  it.each(['throws', 'answers'] as const)(
    'asks for a repeat while the engine %s that it is unavailable',
    async (how) => {
      const world = openWorld();
      world.down = how;

      const during = await world.hook(message({ email: dana.email }));
      world.down = undefined;
      const after = await world.hook(message({ email: dana.email }));

      expect(during).toMatchObject({ status: 503, body: { ok: false } });
      expect(after).toMatchObject({ status: 200, body: { caseId: 'case-dana' } });
    },
  );

  it('asks for a repeat when nothing comes for ten seconds, and the repeat joins the work', async () => {
    vi.useFakeTimers();
    const world = openWorld();
    const gate = Promise.withResolvers<void>();
    world.gate = gate.promise;

    const first = world.hook(message({ email: dana.email }));
    await vi.advanceTimersByTimeAsync(10_000);
    const second = world.hook(message({ email: dana.email }));
    gate.resolve();

    expect([(await first).status, (await second).status]).toEqual([503, 200]);
    expect(world.opened).toHaveLength(1);
  });

  it('opens the case of somebody who became known after the first delivery', async () => {
    const world = openWorld();
    const late: Identity = { ...dana, id: 'late', email: 'late@brightwater.example' };

    const before = await world.hook(message({ email: late.email }));
    world.people.push(late);
    const after = await world.hook(message({ email: late.email }));

    expect([before.status, after.status]).toEqual([422, 200]);
  });

  it('answers whatever comes, and opens nothing that is not signed', async () => {
    const world = openWorld();
    const text = fc.string({ unit: 'binary', maxLength: 40 });

    await fc.assert(
      fc.asyncProperty(
        fc.record(
          {
            'webhook-id': text,
            'webhook-timestamp': fc.oneof(text, fc.constant(String(now / 1000))),
            'webhook-signature': text,
          },
          { requiredKeys: [] },
        ),
        fc.uint8Array({ maxLength: 60 }),
        async (headers, bytes) => {
          const { status } = await world.hook({ headers, rawBody: Buffer.from(bytes) });
          expect(status).toBe(401);
        },
      ),
    );

    expect(world.opened).toEqual([]);
  });

  it('never shows its secret', async () => {
    const world = openWorld();

    const answers = await Promise.all([
      world.hook(message({ email: dana.email })),
      world.hook({ ...message({ email: dana.email }), headers: {} }),
      world.hook(message({ email: dana.email }, { key: Buffer.alloc(32).toString('base64') })),
    ]);

    expect(JSON.stringify(answers)).not.toContain(key);
  });
});

const dana: Identity = {
  id: 'dana',
  email: 'dana@brightwater.example',
  aliases: [],
  displayName: 'Dana Reyes',
  employment: 'employee',
};
const grace: Identity = { ...dana, id: 'grace', email: 'grace@brightwater.example', displayName: 'Grace Okafor' };

/** An engine that knows two people, one of them protected, and remembers what it opened. */
function openWorld() {
  const people = [dana, grace];
  const opened: Parameters<Engine['open']>[0][] = [];
  const answers = new Map<string, HookAnswer>();
  const world = { people, opened, down: undefined as 'throws' | 'answers' | undefined, gate: Promise.resolve() };
  const open = openLeaver({
    byEmail: async (email) => people.find((one) => one.email === email),
    identity: async (id) => people.find((one) => one.id === id),
    open: async (request): Promise<Opened> => {
      await world.gate;
      if (world.down === 'throws') throw new Unavailable('engine: it starts. Try again.');
      if (world.down === 'answers') return { done: false, code: 'unavailable', because: 'It starts.' };
      if (request.subjectId === 'grace') return { done: false, code: 'protected', because: 'Grace is protected.' };
      opened.push(request);
      return { done: true, say: 'A case was opened.', caseId: `case-${request.subjectId}`, joined: false };
    },
  });
  const hook = createHrWebhook({
    secret: secret(`whsec_${key}`),
    open,
    now: () => now,
    seen: {
      first: async (id) => {
        const answer = answers.get(id);
        return answer ? { fresh: false, answer } : { fresh: true };
      },
      remember: async (id, answer) => void answers.set(id, answer),
    },
  });
  return Object.assign(world, { hook });
}

interface Signing {
  readonly id?: string;
  readonly at?: number;
  readonly key?: string;
}

function message(data: object, signing: Signing = {}): HookRequest {
  return raw(JSON.stringify({ type: 'employee.terminated', data }), signing);
}

function raw(body: string | Buffer, { id = 'msg_1', at = now, key: signingKey = key }: Signing = {}): HookRequest {
  const rawBody = Buffer.from(body);
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': new Webhook(signingKey).sign(id, new Date(at), rawBody),
  };
  return { headers, rawBody };
}

function withId(request: HookRequest, id: string): HookRequest {
  return { ...request, headers: { ...request.headers, 'webhook-id': id } };
}

function signature(request: HookRequest): string {
  return String(request.headers['webhook-signature']);
}
